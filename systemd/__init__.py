"""What systemd gives a service: its listening sockets, and an ear for its state."""
