"""The other languages, in misaki's spelling of eSpeak's sounds."""

import pytest
from rig.g2p_reader import Reader

SENTENCES = [
    ("es", "Hola, ¿qué tal estás?", "ˈola, kˈe tˈal estˈas?"),
    ("es", "El niño come 42 manzanas.", "el nˈiɲo kˈome kwaɾˌɛntaiðˈos manθˈanas."),
    ("es", "El 3,14 y 50%.", "el tɾˈes komˌa katˈoɾθe i θinkwˈɛnta poɾ θjˈɛnto."),
    ("es", "$5; a las 12:30", "θˈinko ðˈolaɾes; a las ðˈoθe tɾˈAnta"),
    ("es", "«cita» y (nota)", "“θˈita” i (nˈota)"),
    ("fr-fr", "Bonjour, comment allez-vous?", "bɔ̃ʒˈuʁ, kɔmˌɑ̃ alˈevˈu?"),
    ("fr-fr", "Les amis ont 80 ans.", "lez amˈi ˈɔ̃ katʁəvˈɛ̃z ˈɑ̃."),
    ("fr-fr", "L'été, qu'est-ce que c'est?", "letˈe, kɛskˌə sˈɛ?"),
    ("it", "Ciao, come stai? Ho 21 anni.", "ʧˈao, kˌome stˈaj? o ventˈuno ˈannɪ."),
    ("it", "L'amico è un po' stanco.", "lamˈiko e ʊn pˈo stˈanko."),
    ("pt-br", "Olá, tudo bem? João comeu pão.", "olˈa, tˈudʊ bˈAŋ? ʒoˈɐ̃ʊ̃ komˈeʊ pˈɐ̃ʊ̃."),
    ("hi", "नमस्ते, आप कैसे हैं? मेरे पास 42 सेब हैं।", "nəmˈʌsteː, ˌaːp kˈɛːseː hɛ̃? mˌeːɾeː pˈaːs bIˈaːlis sˈeːb hɛ̃."),
]


@pytest.mark.parametrize(("language", "text", "phonemes"), SENTENCES)
def test_sentences_of_other_languages(reader: Reader, language: str, text: str, phonemes: str) -> None:
    assert reader.phonemes(text, language) == phonemes


def test_words_that_espeak_joins_or_splits_keep_their_places(reader: Reader) -> None:
    assert reader.words("L'été, qu'est-ce que c'est?", "fr-fr") == [
        ("L'été", "letˈe"),
        ("qu'est-ce que", "kɛskˌə"),
        ("c'est", "sˈɛ"),
    ]
    assert reader.words("Il y a 1 000 000 d'euros et 80 ans", "fr-fr")[3:] == [
        ("1 000 000", "œ̃ miljˈɔ̃"),
        ("d'euros", "døʁˈoz"),
        ("et", "e"),
        ("80", "katʁəvˈɛ̃z"),
        ("ans", "ˈɑ̃"),
    ]
    assert reader.words("Hay 1.000.000 de euros", "es")[1:] == [
        ("1.000.000", "ˈunmiʝˈon"),
        ("de", "de"),
        ("euros", "ˈeʊɾos"),
    ]


def test_a_word_of_another_script_is_read_by_its_own_voice(reader: Reader) -> None:
    assert ("Привет", "prʲivʲˈet") in reader.words("Hola Привет amigo", "es")


def test_a_word_of_another_language_brings_no_language_marks(reader: Reader) -> None:
    assert "(" not in reader.phonemes("C'est un email, le weekend à New York", "fr-fr")


def test_straight_quotes_open_and_close(reader: Reader) -> None:
    assert reader.phonemes('"uno" y "dos"', "es") == "“ˈuno” i “dˈos”"
