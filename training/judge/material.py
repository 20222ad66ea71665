"""Hand-written lines that pauses and melodies are measured on. None is in the corpus.

Sounds that flow (vowels, nasals, l, r, w) stand round every mark and at every end: the closure of a t or k beside a
mark would be counted as pause, and voicing has to last to the end for a melody to be seen.
"""

from typing import Final

PAUSED: Final = (
    "We were alone, and nobody knew.",
    "In the morning, I walk along the river.",
    "Now and then, one of them will win, all the same.",
    "It was a yellow, mellow, lonely room.",
    "The moon was low; our men lay down to wait.",
    "Nobody ran; only one man was willing.",
    "I know the line; I wrote it long ago.",
    "There are two ways to win: wait or run.",
    "I will tell you now: I am leaving.",
    "She only wanted one thing: a new window.",
    "The road was long — nobody ran all the way.",
    "We may win — or we may lose more.",
    "My own room — a yellow one — was narrow.",
    "I wonder … are we alone now?",
    "Well … I really do not know.",
    "And then … all the lamps came on.",
    "One sentence ends now. Another one begins.",
    "The rain is over. We are going home.",
    "I saw him run. Everyone was in the room.",
    "What a wonderful room! Everyone will love it.",
    "Go now! We are all alone in the valley.",
    "He is on the moon! All of the men saw him.",
    "Where are you now? I am waiting in the lane.",
    "Do you know him? We were young then.",
    "Are we winning? Everyone in the room will know.",
)
"""At least three places inside lines for each of , ; : — … . ! ?"""

ENDINGS: Final = {
    "yes_no": (
        "Do you know him?",
        "Are you coming home?",
        "Will they be there tomorrow?",
        "Is it going to rain?",
        "Can you see the moon?",
        "Did you remember my name?",
        "Have you ever been to Rome?",
        "Was it really so long ago?",
        "Would you like to come along?",
        "Is there any more in the room?",
    ),
    "wh": (
        "Where are you going?",
        "What is your name?",
        "When will it begin?",
        "Who was in the room?",
        "Why did they leave so soon?",
        "How do you know him?",
        "Which one is mine?",
        "What are we doing tomorrow?",
        "Where did you find the money?",
        "How long will it rain?",
    ),
    "statement": (
        "We are going home.",
        "My name is Robin.",
        "It will begin in the morning.",
        "There is nobody in the room.",
        "They left in the afternoon.",
        "I know him very well now.",
        "This one is mine.",
        "We are leaving tomorrow.",
        "I found the money.",
        "It will rain all day long.",
    ),
    "exclamation": (
        "What a wonderful day!",
        "We are going home!",
        "That is my own room!",
        "Leave him alone!",
        "It is raining again!",
        "How lovely to see you!",
        "I will never do it again!",
        "Look at the moon!",
        "You are so very young!",
        "Everyone come along now!",
    ),
}
"""Kind → lines, which say by their last 300 ms what they are."""

PLOTTED: Final = (
    "She speaks three languages very well.",
    "The quick brown fox jumps over the lazy dog.",
    "What time does the store close?",
    "Can you help me, or shall I ask the judge? It is late.",
)
"""Lines to look at."""
