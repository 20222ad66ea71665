"""What a client knows of prepared models, which it cannot import, is what is so."""

from utterd.client.models import description, prepared
from utterd.stages.models import lock, parts
from utterd.stages.models.preparing import model
from utterd.stages.models.tuning import stored


def test_files_have_the_same_names() -> None:
    assert prepared.PREPARED == parts.FOLDER
    assert prepared.PREPARED_LOCK == lock.LOCK
    assert (prepared._PARTS, prepared._TUNED) == (parts.MANIFEST, stored.TUNED)
    assert prepared._PARTS_FORMAT == parts.FORMAT
    assert (description.GRAPH, description.VOICES) == (model.GRAPH, model.VOICES)
