"""What can go wrong with models, by what its caller has to do about it. Messages are sentences for people.

ModelError
├── UnknownModel    no such model, file or voice: something else has to be said
├── ModelBusy       somebody else is at it, or speaks with it
└── ModelUnfetched  it began, and could not be finished
"""


class ModelError(Exception):
    """Anything that keeps a model from being listed, fetched or removed."""


class UnknownModel(ModelError):
    """What was asked for does not exist, or is not what it is said to be; nothing was done."""


class ModelBusy(ModelError):
    """Another command works on the model, or the daemon speaks with it; nothing was done."""


class ModelUnfetched(ModelError):
    """The model, or a file of it, could not be brought here."""
