"""English words whose part of speech does not depend on the sentence, and some that give their neighbours away."""

from typing import Final


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


TAGS: Final[dict[str, str]] = {
    **dict.fromkeys("a an the this these those every each some any no another all both either neither".split(), "DT"),
    **dict.fromkeys("my your his her its our their".split(), "PRP$"),
    **dict.fromkeys(
        "i you he she it we they me him us them myself yourself himself herself itself ourselves themselves "
        "someone somebody something anyone anybody anything everyone everybody everything nobody nothing one".split(),
        "PRP",
    ),
    **dict.fromkeys("can could may might must shall should will would cannot ought gonna wanna".split(), "MD"),
    **dict.fromkeys("can't couldn't mightn't mustn't shan't shouldn't won't wouldn't".split(), "MD"),
    **dict.fromkeys(
        "i'll you'll he'll she'll it'll we'll they'll that'll there'll i'd you'd he'd she'd we'd they'd".split(), "MD"
    ),
    **dict.fromkeys("and or but nor yet plus".split(), "CC"),
    **dict.fromkeys("be".split(), "VB"),
    **dict.fromkeys("is has does isn't hasn't doesn't".split(), "VBZ"),
    **dict.fromkeys("are am have do aren't haven't don't".split(), "VBP"),
    **dict.fromkeys("was were had did wasn't weren't hadn't didn't".split(), "VBD"),
    **dict.fromkeys("been done gone".split(), "VBN"),
    **dict.fromkeys("being having".split(), "VBG"),
    **dict.fromkeys("i'm you're we're they're i've you've we've they've who're who've".split(), "VBP"),
    **dict.fromkeys("he's she's it's that's what's who's there's here's where's how's let's".split(), "VBZ"),
    **dict.fromkeys(
        "not never very too also just only now then here there always often again still already so quite almost soon "
        "ever rarely seldom sometimes usually maybe perhaps even once twice however therefore thus instead "
        "yesterday today tomorrow together away back n't".split(),
        "RB",
    ),
    **dict.fromkeys("who whom what whoever whatever".split(), "WP"),
    **dict.fromkeys("which whichever".split(), "WDT"),
    **dict.fromkeys("when where why how whenever wherever".split(), "WRB"),
    "whose": "WP$",
    **dict.fromkeys(
        "of in on at by for from with into onto over under after before since until till about against between through "
        "during without within along across behind beyond near off if because while as than though although whether "
        "unless upon via per like except despite toward towards among amongst above below beside besides inside "
        "outside around vs versus amid beneath".split(),
        "IN",
    ),
    **dict.fromkeys("up down out".split(), "RP"),
    "to": "TO",
    **dict.fromkeys(
        "good bad new old big small large great little high low long short many much few several other more most less "
        "least own same such first last next early late young important public able sure clear full free real whole "
        "hot cold fast slow hard easy happy sad ready recent main major minor safe strong weak simple quick quiet loud "
        "dark bright heavy empty rich poor clean dirty deep wide narrow thin thick sharp soft warm cool dry wet red "
        "blue green black white brown grey gray yellow certain different similar available possible "
        "special single".split(),
        "JJ",
    ),
    **dict.fromkeys(
        "two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty hundred thousand "
        "million billion".split(),
        "CD",
    ),
    **dict.fromkeys(
        "said went came took made gave knew saw got told thought found kept began ran sat stood held".split(), "VBD"
    ),
    **dict.fromkeys("police children men women cattle".split(), "NNS"),
    **dict.fromkeys(("closer", "nearer"), "JJR"),
    **dict.fromkeys("save lose spend buy sell bring send find tell leave mean build".split(), "VB"),
    **dict.fromkeys(
        "know want think say need try ask seem let go come make take give keep become hear see begin".split(), "VB"
    ),
    **dict.fromkeys(
        "knows wants thinks says needs seems lets goes comes makes takes gives keeps becomes".split(), "VBZ"
    ),
}
"""Word in lower case → Penn tag."""

BE: Final = _words(
    "be is are am was were been being isn't aren't wasn't weren't i'm you're we're they're he's she's it's that's"
)
GET: Final = _words(
    "get gets got getting become becomes became seem seems seemed feel feels felt look looks looked stay stays stayed"
)
HAVE: Final = _words(
    "have has had having haven't hasn't hadn't i've you've we've they've who've could've would've should've"
)
DO: Final = _words("do does did don't doesn't didn't let let's please helps help make makes made")
"""After these a plain verb follows, perhaps behind a pronoun."""
SUBJECTS: Final = _words("i you he she it we they who that which someone everyone everybody nobody people")
OBJECTS: Final = _words("me him us them it you myself yourself himself herself itself themselves")
PRESENT_CUES: Final = _words("always usually often sometimes every everyday daily now today rarely never")
PAST_CUES: Final = _words("yesterday ago last earlier previously once then when was were had did after before already")
CLAUSE_OPENERS: Final = _words("that who which if when while because where what how whether why")

FLEXIBLE: Final = _words(
    "abuse advocate affect alternate appropriate approximate articulate associate attribute bow buffet close combine "
    "compact compound compress concert conduct confine conflict consort console construct content contest contract "
    "contrast converse convert convict coordinate decrease defect degenerate delegate deliberate desert detail digest "
    "discard discharge discount discourse document dove duplicate elaborate escort estimate excuse exploit export "
    "extract finance fragment frequent graduate house impact implant implement import impress imprint incense incline "
    "increase initiate insert insult intimate intrigue invalid invite isolate lead live mandate minute moderate mouth "
    "multiply object offset orient ornament perfect permit pervert polish predicate present proceeds produce progress "
    "project protest purport read rebel recall recess reciprocate record refill refresh refund refuse regress reject "
    "relapse relay remake replay replicate reprint research reset retake rerun resume rewrite row segment separate "
    "sow subject sublet subordinate supplement survey suspect tear torment transfer transform transplant transport "
    "update upgrade upset use wind wound entrance reuse reload refit retest rewind reboot redirect restart import "
    "download upload process compliment complement compile reform report change work play run set cut put cost plan "
    "show talk walk turn move help start stop end call test check try need answer question visit study study name "
    "order offer point place face hand head water watch look place state plant support control design share cause "
    "score trade rise fall mix mark note fix vote view rate step drop fight charge claim hope love hate fear"
)
"""Nouns that are verbs too: the sentence decides."""

SINGULAR_SUBJECTS: Final = _words(
    "he she it who that which nobody everybody everyone someone somebody anyone anybody one"
)
PERCEIVE: Final = _words("see saw sees hear heard hears watch watched feel felt")
PARTICLES: Final = _words("up down around round through back between into away off out its their")
"""Behind a flexible word at the head of a clause: "alternate between …", "record back to back"."""
COMPOUND_PLURALS: Final = _words("sales sports systems arms savings customs operations physics economics")
"""Plurals that stand before another noun."""
SMALL_THINGS: Final = _words(
    "amount amounts quantity quantities particle particles detail details trace traces difference differences change "
    "changes fraction organism organisms creature creatures scale proportion proportions variation variations"
)
"""Behind "minute" they make it an adjective."""

VERBS_AFTER_A_NOUN: Final = _words(
    "lives uses closes refuses produces rejects converts extracts presents invites conducts contains reads permits"
)
"""Flexible words that are verbs behind a noun in the singular: "my brother lives here"."""

ADJECTIVES_TOO: Final = _words(
    "live close present perfect separate moderate upset content compact duplicate approximate alternate elaborate "
    "deliberate appropriate intimate frequent subordinate desolate legitimate articulate associate graduate invalid "
    "absent abstract animate learned"
)
"""Flexible words that are adjectives after a form of be, and before a noun."""
