import copy
import dataclasses
import pickle

import pytest

from utterd.config.record import NO_DEFAULT, fields_of, record


@record
class Place:
    """Somewhere."""

    name: str
    height_m: float = 0.0

    @property
    def is_high(self) -> bool:
        return self.height_m > 2000


@record
class Void:
    """Nothing at all."""


ALP = Place(name="Alp", height_m=2500.0)


def test_fields_are_given_by_name_or_have_their_default() -> None:
    assert (ALP.name, ALP.height_m, ALP.is_high) == ("Alp", 2500.0, True)
    assert Place(name="Sea").height_m == 0.0
    assert Place.__doc__ == "Somewhere."


def test_a_missing_field_an_unknown_one_and_one_without_name_are_errors() -> None:
    with pytest.raises(TypeError, match="Place: the field 'name' is missing"):
        Place()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="Place has no field 'depth_m'"):
        Place(name="Sea", depth_m=1.0)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Place("Sea")  # type: ignore[misc]


def test_a_record_never_changes() -> None:
    with pytest.raises(AttributeError, match="cannot assign to 'name'"):
        ALP.name = "Hill"  # type: ignore[misc]
    with pytest.raises(AttributeError, match="cannot assign to 'other'"):
        ALP.other = 1  # type: ignore[attr-defined]
    with pytest.raises(AttributeError, match="cannot delete 'name'"):
        del ALP.name
    assert not hasattr(ALP, "__dict__")


def test_records_of_one_kind_are_compared_by_their_values() -> None:
    assert Place(name="Alp", height_m=2500.0) == ALP
    assert Place(name="Sea") != ALP
    assert ALP != "Alp"
    assert len({ALP, Place(name="Alp", height_m=2500.0), Void(), Void()}) == 2


def test_it_shows_its_values() -> None:
    assert repr(ALP) == "Place(name='Alp', height_m=2500.0)"
    assert repr(Void()) == "Void()"


def test_it_can_be_taken_apart_by_keyword() -> None:
    match ALP:
        case Place(name=name, height_m=height_m):
            assert (name, height_m) == ("Alp", 2500.0)
        case _:
            pytest.fail("it does not match itself")


def test_copies_are_equal() -> None:
    assert copy.copy(ALP) == copy.deepcopy(ALP) == pickle.loads(pickle.dumps(ALP)) == ALP


def test_the_module_dataclasses_takes_it_for_one_of_its_own() -> None:
    assert dataclasses.is_dataclass(Place)
    assert dataclasses.asdict(ALP) == {"name": "Alp", "height_m": 2500.0}
    assert dataclasses.replace(ALP, name="Peak") == Place(name="Peak", height_m=2500.0)
    name, height = dataclasses.fields(ALP)
    assert (name.name, name.type, name.default) == ("name", str, dataclasses.MISSING)
    assert (height.name, height.type, height.default) == ("height_m", float, 0.0)
    assert dataclasses.asdict(Void()) == {}


def test_its_fields_can_be_listed() -> None:
    assert fields_of(Place) == [("name", str, NO_DEFAULT), ("height_m", float, 0.0)]
    assert fields_of(Void) == []
