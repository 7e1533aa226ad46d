import gc

import pytest

from dynamic_alerting.exporter.collection import bringing_to_stay


def test_collection_pauses_inside_and_goes_on_afterwards() -> None:
    before = gc.get_freeze_count()
    with bringing_to_stay():
        assert not gc.isenabled()
        kept = [[number] for number in range(1000)]
    assert gc.isenabled()
    assert gc.get_freeze_count() >= before + len(kept)
    gc.unfreeze()


def test_collection_goes_on_after_an_error() -> None:
    with pytest.raises(ZeroDivisionError), bringing_to_stay():
        raise ZeroDivisionError
    assert gc.isenabled()
    gc.unfreeze()
