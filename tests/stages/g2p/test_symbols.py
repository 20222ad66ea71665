from utterd.stages.g2p.symbols import PUNCTUATION, SYMBOL_IDS, is_sound, phonemes_of, speakable, token_ids


def test_the_table_is_kokoros() -> None:
    assert len(SYMBOL_IDS) == 114
    assert len(set(SYMBOL_IDS.values())) == 114
    assert min(SYMBOL_IDS.values()) == 1
    assert max(SYMBOL_IDS.values()) == 177
    assert [SYMBOL_IDS[symbol] for symbol in '.,?! ˈAɹᵻ"'] == [4, 3, 6, 5, 16, 156, 24, 123, 177, 11]


def test_a_token_is_a_character_and_back() -> None:
    phonemes = "həlˈO, wˈɜɹld!"
    assert phonemes_of(tuple(token_ids(phonemes))) == phonemes


def test_symbols_outside_the_table_are_left_out() -> None:
    assert token_ids("a«é\U0001f600b") == [43, 44]


def test_sounds_outside_the_table_become_their_neighbours() -> None:
    assert speakable("ɡo gɫħ") == "ɡo ɡlh"
    assert speakable("ʧ̪5ä") == "ʧ"


def test_marks_and_stress_alone_are_no_sound() -> None:
    assert not is_sound("".join(PUNCTUATION) + " ˈˌː")
    assert is_sound("…ə")
