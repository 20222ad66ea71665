"""Idempotency keys: whose they are, and how long they are remembered."""

from utterd.daemon.recent_keys import RecentKeys


def test_a_key_is_known_while_its_utterance_lives_and_when_it_is_over() -> None:
    keys = RecentKeys()
    assert keys.find("reader", "k") is None
    keys.begin("reader", "k", 7)
    assert keys.find("reader", "k") == 7
    keys.end("reader", "k")
    assert keys.find("reader", "k") == 7


def test_two_clients_may_use_the_same_key() -> None:
    keys = RecentKeys()
    keys.begin("reader", "k", 7)
    keys.begin("mailer", "k", 8)
    assert (keys.find("reader", "k"), keys.find("mailer", "k")) == (7, 8)


def test_no_key_stands_for_nothing() -> None:
    keys = RecentKeys(remembered=0)
    keys.begin("reader", "", 7)
    assert keys.find("reader", "") is None
    keys.end("reader", "")
    assert keys.find("reader", "") is None


def test_of_what_is_over_only_the_latest_keys_are_remembered() -> None:
    keys = RecentKeys(remembered=2)
    for number in range(5):
        keys.begin("reader", f"{number}", number)
    for number in (3, 0, 1):  # 2 and 4 live on
        keys.end("reader", f"{number}")
    assert [keys.find("reader", f"{number}") for number in range(5)] == [0, 1, 2, None, 4]


def test_a_forgotten_key_may_be_used_again() -> None:
    keys = RecentKeys(remembered=0)
    keys.begin("reader", "k", 7)
    keys.end("reader", "k")
    keys.begin("reader", "k", 8)
    assert keys.find("reader", "k") == 8
