"""The student: an acoustic model over tokens, a decoder over frames, and an analytic source-filter vocoder."""
