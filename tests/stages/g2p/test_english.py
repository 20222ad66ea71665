"""English as it is said: phonemes checked by reading them, then kept."""

import pytest
from rig.g2p_reader import Reader

AMERICAN = [
    ("The quick brown fox jumps over the lazy dog.", "ðə kwˈɪk bɹˈWn fˈɑks ʤˈʌmps ˈOvəɹ ðə lˈAzi dˈɔɡ."),
    ("Water, better, little, city.", "wˈɔTəɹ, bˈɛTəɹ, lˈɪTᵊl, sˈɪTi."),
    ("It's raining cats and dogs; isn't it?", "ˌɪts ɹˈAnɪŋ kˈæts ænd dˈɔɡz; ˈɪzᵊnt ɪt?"),
    ('He said "no" and left (quietly).', "hˌi sˈɛd “nˈO” ænd lˈɛft (kwˈIətli)."),
    ("Is that so? Yes!", "ˌɪz ðˈæt sˌO? jˈɛs!"),
    ("well - that is — good…", "wˈɛl — ðˈæt ɪz — ɡˈʊd…"),
    ("five-year-old twenty-one", "fˈIvjˌɪɹˈOld twˌɛntiwˈʌn"),
    ("rock 'n' roll in the '90s", "ɹˈɑk ən ɹˈOl ɪn ðə nˈIndiz"),
    ("Dr. Smith and Mrs. Jones of St. Louis", "dˈɑktəɹ smˈɪθ ænd mˈɪsɪz ʤˈOnz ʌv sˈAnt lˈui"),
    ("a Ph.D. by J. R. R. Tolkien", "ɐ pˌiˌAʧdˈi bI ʤˈA ˈɑɹ ˈɑɹ tɔlkˈin"),
    ("NASA's APIs use JSON and HTML.", "nˈæsəz ˌApˌiˈIz jˈuz ʤˈAsᵊn ænd ˌAʧtˌiˌɛmˈɛl."),
    ("HELLO TO ALL OF US", "həlˈO tʊ ˈɔl ˈʌv ˈʌs"),
    ("Kubernetes runs frobnicators.", "kˌubəɹnˈɛTiz ɹˈʌnz fɹˈɑbnᵻkˌATəɹz."),
    ("naïve Zürich, façade, café, Nguyễn", "nɑˈiv zˈuɹɪk, fəsˈɑd, kæfˈA, nˈujɛn"),
    ("Привет, Αθήνα and 漢字!", "prʲivʲˈet, aθˈina ænd χˈan ʦˈi!"),
]


@pytest.mark.parametrize(("text", "phonemes"), AMERICAN)
def test_american_english(reader: Reader, text: str, phonemes: str) -> None:
    assert reader.phonemes(text) == phonemes


BRITISH = [
    ("She sells seashells by the seashore.", "ʃˌiː sˈɛlz sˈiːʃɛlz bI ðə sˈiːʃɔː."),
    ("Water, better, little, city.", "wˈɔːtə, bˈɛtə, lˈɪtᵊl, sˈɪti."),
    ("The schedule of the vase on the path.", "ðə ʃˈɛdjuːl ɒv ðə vˈɑːz ˌɒn ðə pˈɑːθ."),
    ("I can't go home tomorrow.", "ˌI kˈɑːnt ɡˌQ hˈQm tʊmˈɒɹQ."),
    ("It cost £1.50 on 1/2/2024.", "ˌɪt kˈɒst wˈʌn pˈWnd and fˈɪfti pˈɛns ˌɒn fˈɛbɹəɹi fˈɜːst, twˈɛnti twˈɛnti fˈɔː."),
]


@pytest.mark.parametrize(("text", "phonemes"), BRITISH)
def test_british_english(reader: Reader, text: str, phonemes: str) -> None:
    assert reader.phonemes(text, "en-gb") == phonemes


NUMBERS = [
    ("3:45", "θɹˈi fˈɔɹTi fˈIv"),
    ("$3.50", "θɹˈi dˈɑləɹz ænd fˈɪfti sˈɛnts"),
    ("$5 million", "fˈIv mˈɪljᵊn dˈɑləɹz"),
    ("50%", "fˈɪfti pəɹsˈɛnt"),
    ("3.14", "θɹˈi pˈYnt wˈʌn fˈɔɹ"),
    ("1,000,000", "wˈʌn mˈɪljᵊn"),
    ("2nd 21st 1,000th", "sˈɛkənd twˈɛnti fˈɜɹst wˈʌn θˈWzᵊnθ"),
    ("2024", "twˈɛnti twˈɛnti fˈɔɹ"),
    ("4096", "fˈɔɹ θˈWzᵊnd nˈIndi sˈɪks"),
    ("1990s", "nˌIntˈin nˈIndiz"),
    ("007", "zˈɪɹO zˈɪɹO sˈɛvən"),
    ("-5°C", "mˈInəs fˈIv dəɡɹˈiz sˈɛlsiəs"),
    ("1/2", "wˈʌn hˈæf"),
    ("10-15", "tˈɛn tə fˌɪftˈin"),
    ("World War II", "wˈɜɹld wˈɔɹ tˈu"),
    ("10 p.m.", "tˈɛn pˌiˈɛm"),
    ("B2B mp3 4K", "bˈitəbˈi ˌɛmpˈi θɹˈi fˈɔɹ kˈA"),
]


@pytest.mark.parametrize(("text", "phonemes"), NUMBERS)
def test_numbers_are_read_as_people_read_them(reader: Reader, text: str, phonemes: str) -> None:
    assert reader.phonemes(text) == phonemes


HETERONYMS = [
    ("I will record a record.", "record", ["ɹəkˈɔɹd", "ɹˈɛkəɹd"]),
    ("They record it for the record.", "record", ["ɹəkˈɔɹd", "ɹˈɛkəɹd"]),
    ("The company uses computers and records calls; it records them.", "records", ["ɹˈɛkəɹdz", "ɹəkˈɔɹdz"]),
    ("He had read it. I read it yesterday. Let me read it.", "read", ["ɹˈɛd", "ɹˈɛd", "ɹˈid"]),
    ("I read it every day. She read the letter. To read is fun.", "read", ["ɹˈid", "ɹˈɛd", "ɹˈid"]),
    ("They live there. A live wire. We saw it live. I live.", "live", ["lˈɪv", "lˈIv", "lˈIv", "lˈɪv"]),
    ("My brother lives here. Save lives. Nobody lives there.", "lives", ["lˈɪvz", "lˈIvz", "lˈɪvz"]),
    ("Close the door. It is close. Close to me. Please close it.", "close", ["klˈOz", "klˈOs", "klˈOs", "klˈOz"]),
    ("They use it for that use. What is the use? Users use it.", "use", ["jˈuz", "jˈus", "jˈus", "jˈuz"]),
    ("I used to go. It is used to cut. I am used to it.", "used", ["jˈust", "jˈuzd", "jˈust"]),
    ("The wind blows. Wind the clock. You wind it up.", "wind", ["wˈɪnd", "wˈInd", "wˈInd"]),
    ("The wound was deep. He wound it up.", "wound", ["wˈund", "wˈWnd"]),
    ("A tear fell. Do not tear it.", "tear", ["tˈɪɹ", "tˈɛɹ"]),
    ("The lead pipe. She will lead. Made of lead.", "lead", ["lˈɛd", "lˈid", "lˈɛd"]),
    ("A bass guitar.", "bass", ["bˈAs"]),
    ("The bass swam in the lake.", "bass", ["bˈæs"]),
    ("The content is good. I am content.", "content", ["kˈɑntɛnt", "kəntˈɛnt"]),
    ("At present I present the present.", "present", ["pɹˈɛzᵊnt", "pɹizˈɛnt", "pɹˈɛzᵊnt"]),
    ("I object to that object.", "object", ["əbʤˈɛkt", "ˈɑbʤəkt"]),
    ("You must permit the permit.", "permit", ["pəɹmˈɪt", "pˈɜɹmɪt"]),
    ("Soldiers desert the desert.", "desert", ["dəzˈɜɹt", "dˈɛzəɹt"]),
    ("Farms produce fresh produce.", "produce", ["pɹədˈus", "pɹˈOdˌus"]),
    ("They refuse to take the refuse.", "refuse", ["ɹəfjˈuz", "ɹˈɛfjˌus"]),
    ("Wait a minute for the minute details.", "minute", ["mˈɪnət", "mInˈut"]),
    ("Separate the two separate ones.", "separate", ["sˈɛpəɹˌAt", "sˈɛpəɹət"]),
    ("Prices increase with an increase.", "increase", ["ɪnkɹˈis", "ˈɪnkɹˌis"]),
    ("Let us house them in a house.", "house", ["hˈWz", "hˈWs"]),
    ("Estimate it; the estimate is high.", "estimate", ["ˈɛstəmˌAt", "ˈɛstəmət"]),
    ("Excuse me, what excuse is that?", "excuse", ["ɪkskjˈuz", "ɪkskjˈus"]),
    ("Police suspect the suspect.", "suspect", ["səspˈɛkt", "sˈʌspˌɛkt"]),
    ("Take a bow.", "bow", ["bˈW"]),
    ("He took a bow and arrow.", "bow", ["bˈO"]),
    ("Resume the game, then send your resume.", "resume", ["ɹəzˈum", "ɹˈɛzumˌA"]),
    ("Polish the table. He is Polish.", "polish", ["pˈɑlɪʃ", "pˈOlɪʃ"]),
    ("The US likes us.", "us", ["jˌuˈɛs", "ˌʌs"]),
    ("Plan A is a plan.", "a", ["ˈA", "ɐ"]),
    ("The apple and the pear.", "the", ["ði", "ðə"]),
]


@pytest.mark.parametrize(("text", "word", "said"), HETERONYMS)
def test_words_written_alike_are_told_apart(reader: Reader, text: str, word: str, said: list[str]) -> None:
    assert [phonemes for written, phonemes in reader.words(text) if written.lower() == word] == said


@pytest.mark.parametrize(
    "text", ["x" * 400, "1" * 400, "a'" * 200, "A." * 200, "é" * 400, "漢" * 400, "ʃʒ" * 200, "-1" * 200]
)
def test_monsters_are_said_somehow(reader: Reader, text: str) -> None:
    chunk = reader.chunk(text)
    assert chunk.pieces
    assert chunk.dropped == ()
    assert all(len(piece.tokens) <= 510 for piece in chunk.pieces)


def test_words_know_where_they_stand(reader: Reader) -> None:
    assert reader.words("At 3:45 pm, “Dr. Ito” paid $5 (https://a.com).") == [
        ("At", "ˌæt"),
        ("3:45 pm", "θɹˈi fˈɔɹTi fˈIv pˌiˈɛm"),
        ("Dr.", "dˈɑktəɹ"),
        ("Ito", "ˈiTO"),
        ("paid", "pˈAd"),
        ("$5", "fˈIv dˈɑləɹz"),
        ("https://a.com", "ˈA dˈɑt kˈɑm"),
    ]
