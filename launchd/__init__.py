"""What launchd gives a service: its listening sockets."""
