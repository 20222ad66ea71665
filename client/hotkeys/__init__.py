"""Keys that work in every program: speak what is selected, stop, pause, go back."""
