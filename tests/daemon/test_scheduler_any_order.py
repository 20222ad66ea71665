"""The queue over any sequence of wishes, removals and ages: nobody lost, nobody twice, nobody out of turn."""

from hypothesis import given, settings
from hypothesis import strategies as st
from rig.queueing import Queue

from utterd.daemon.scheduler import QueueFull
from utterd.daemon.wish import Wish

LIMIT = 5
MAY_DISPLACE = {
    "important": ["message", "text", "notification", "progress", None],
    "message": ["text", "notification", "progress", None],
    "text": ["text", "notification", "progress", None],
    "notification": ["notification"],
    "progress": [],
}
"""Priority → what it goes before, though that stands at the head."""

labels = st.fixed_dictionaries(
    {
        "owner": st.sampled_from("aab"),
        "key": st.sampled_from(["", "", "", "k", "l"]),
        "replaces": st.sampled_from(["", "", "mail"]),
        "group": st.sampled_from(["", "g"]),
        "max_age_s": st.sampled_from([None, None, 1.0, 3.0]),
    }
)
manners = st.one_of(
    st.fixed_dictionaries({"placement": st.sampled_from(["append", "append", "next", "now"])}),
    st.fixed_dictionaries({"priority": st.sampled_from(list(MAY_DISPLACE))}),
)
adds = st.tuples(st.just("add"), st.builds(lambda some, others: some | others, labels, manners))
others = st.tuples(st.sampled_from(["finish", "sound", "remove", "expire"]), st.integers(0, LIMIT))
histories = st.lists(st.one_of(adds, adds, others), min_size=10, max_size=40)


class Watched:
    """A queue, and a record of what it was told and what it said."""

    def __init__(self) -> None:
        self.queue = Queue(limit=LIMIT)
        self.wishes: dict[int, Wish] = {}
        self.ends: dict[int, list[str]] = {}
        """Of everything accepted or dropped at once."""
        self.keys: dict[tuple[str, str], int] = {}
        self.now_s = 0.0

    def run(self, history: list[tuple]) -> None:
        for name, argument in history:
            if name == "add":
                self.add(argument)
            elif name == "expire":
                self.expire(argument)
            elif self.queue.order:
                place = argument % len(self.queue.order) if name == "remove" else 0
                self.touch(name, self.queue.order[place])
            self.check()

    def add(self, wish: dict) -> None:
        before, number = self.queue.order, len(self.queue.utterances) + 1
        stated = {name: value for name, value in wish.items() if name != "owner"}
        self.wishes[number] = Wish(owner_label=wish["owner"], **stated)
        try:
            self.queue.add(**wish, at_s=self.now_s)
        except QueueFull:
            assert self.queue.order == before
            assert len(before) == LIMIT + 1
            return
        if known := self.keys.get((wish["owner"], wish["key"])):
            assert (self.queue.last.existing_id, self.queue.last.added, self.queue.dropped) == (known, False, {})
            assert self.queue.order == before
            return
        if wish["key"]:
            self.keys[wish["owner"], wish["key"]] = number
        self.ends[number] = []
        for each, reason in self.queue.dropped.items():
            self.ends[each].append(reason)
        assert self.queue.last.added == (number in self.queue.order)
        if self.queue.last.added:
            self.check_turns(number, before)

    def touch(self, name: str, number: int) -> None:
        if name != "sound":
            self.queue.remove(number)
            self.ends[number].append("removed")
        elif not self.queue.utterances[number].has_started:
            self.queue.sound(number)

    def expire(self, seconds: float) -> None:
        self.now_s += seconds
        for utterance in self.queue.scheduler.expire(self.now_s):
            assert not utterance.has_started
            self.ends[utterance.id].append("expired")
        next_s = self.queue.scheduler.next_expiry_s
        assert next_s is None or next_s > self.now_s

    def block(self, number: int) -> tuple | None:
        wish = self.wishes[number]
        return (wish.owner_label, wish.group, wish.priority) if wish.group else None

    def check(self) -> None:
        order = self.queue.order
        assert len(order) <= LIMIT + 1
        assert len(set(order)) == len(order)
        for number, ends in self.ends.items():
            assert len(ends) == (number not in order), f"{number}: {ends}"
        priorities = [self.wishes[number].priority for number in order]
        assert "important" not in priorities[priorities.count("important") :]
        for block in {self.block(number) for number in order} - {None}:
            places = [place for place, number in enumerate(order) if self.block(number) == block]
            assert places == list(range(places[0], places[-1] + 1)), f"{block} is torn"

    def check_turns(self, number: int, before: list[int]) -> None:
        """An `add` leaves everybody else's turn as it was, and takes the turn that its wish gives it."""
        order, wish, dropped = self.queue.order, self.wishes[number], self.queue.dropped
        moved = [each for each in before if wish.placement == "now" and self.are_together(each, number)]
        stayed = [each for each in before if each not in dropped]
        assert [each for each in order if each in stayed and each not in moved] == [e for e in stayed if e not in moved]
        assert [each for each in order if each in moved] == [each for each in stayed if each in moved]
        if before and order[0] != before[0]:
            self.check_head_gave_way(number, before[0])
        if not wish.group and "coalesced" not in dropped.values() and wish.placement == "append":
            same = [each for each in order if self.wishes[each].priority == wish.priority]
            assert same[-1] == number

    def are_together(self, each: int, number: int) -> bool:
        return self.block(each) == self.block(number) is not None

    def check_head_gave_way(self, number: int, head: int) -> None:
        wish, priority = self.wishes[number], self.wishes[head].priority
        assert self.queue.order[0] == number
        if wish.priority is None:
            assert wish.placement == "now"
            assert priority != "important"
            assert self.queue.dropped[head] == "interrupted"
        else:
            assert priority in MAY_DISPLACE[wish.priority]
            if priority is None:
                assert head in self.queue.order


@settings(max_examples=500)
@given(histories)
def test_nobody_is_lost_or_twice_or_out_of_turn(history) -> None:
    Watched().run(history)


@settings(max_examples=200)
@given(histories)
def test_what_waits_of_progress_is_the_latest_of_its_owner_and_comes_last(history) -> None:
    watched = Watched()
    had_turn: set[int] = set()
    """Stood at the head, or in the group of one that did."""
    for step in history:
        watched.run([step])
        order = watched.queue.order
        had_turn |= set(order[:1])
        had_turn |= {
            each for each in order if any(watched.are_together(each, other) for other in had_turn & set(order))
        }
        fresh = [each for each in order if watched.wishes[each].priority == "progress" and each not in had_turn]
        assert fresh == order[len(order) - len(fresh) :]
        for owner in "ab":
            blocks = [watched.block(each) or each for each in fresh if watched.wishes[each].owner_label == owner]
            assert len(set(blocks)) <= 1
