"""What launchd gives a service, and utterd as its agent."""
