"""utterd.client.bridges: front ends for other protocols, as thin clients of ours."""
