"""`sd_utterd`: utterd as an output module of speech-dispatcher, for screen readers, browsers and `spd-say`.

speech-dispatcher starts it, and never again if it should end: so it is small, and outlives any number of daemons.
"""
