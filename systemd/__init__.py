"""What systemd gives a service, and utterd as its unit."""
