"""The models that a router uses: one for every complaint, or a folder with one for all and others for single governments."""

from collections.abc import Sequence
from pathlib import Path

from complaints.errors import ConfigurationError
from normalizer.results import PlaceReading
from router.agencies.registry import Agency
from router.learning.learnt import Model, model_in


class Models:
    """The models of a router, with the choice between them.

    Attributes:
        general: the model for every complaint that no other model is for; None if the rules alone decide these.
        of_governments: the models of single governments, by the Kemendagri code of the region.
    """

    def __init__(self, models: Sequence[Model]) -> None:
        """Take the models.

        Raises:
            ValueError: two models are for the same government, or for all.
        """
        self.of_governments: dict[str, Model] = {model.region: model for model in models if model.region}
        self.general: Model | None = next((model for model in models if not model.region), None)
        if len(self.of_governments) + (self.general is not None) != len(models):
            raise ValueError("two models are for the same government, or for all")

    @property
    def all(self) -> list[Model]:
        """All models, the general one first."""
        return [*([self.general] if self.general else []), *self.of_governments.values()]

    @property
    def version(self) -> str | None:
        """The versions of all models, joined by "+"; None without a model."""
        return "+".join(model.version for model in self.all) or None

    @property
    def bodies(self) -> list[Agency]:
        """The agencies that the models have and the registry lacks."""
        return [body for model in self.all for body in model.bodies]

    @property
    def names(self) -> dict[str, str]:
        """The names that the models learnt, each with the id of the agency: of a name in several models, that of the general one."""
        return {name: agency for model in reversed(self.all) for name, agency in model.names.items()}

    def at(self, place: PlaceReading) -> Model | None:
        """Return the model for a complaint at a place: its government's own, or the general one; None if there is neither."""
        own = self.of_governments
        if own:
            codes = place.codes
            for code in (codes[1], codes[0]):
                if code and code in own:
                    return own[code]
        return self.general


NO_MODELS = Models([])
"""No models: the rules alone decide."""


def models_in(path: Path) -> Models:
    """Return the models in a file that `lapor learn` made, or in the .json files of a folder.

    A government's model applies only to complaints at its place that the law gives to the government, so a single file with one can be
    used like a folder with this one file.

    Raises:
        ConfigurationError: a file cannot be read or is not a model of this format, the folder has no model, or two are for the same
            government.
    """
    models = [model_in(file) for file in _files(path)]
    try:
        return Models(models)
    except ValueError as error:
        raise ConfigurationError(f"the folder {path}: {error}; remove one of them") from error


def sound_in(path: Path) -> tuple[Models, list[ConfigurationError]]:
    """Return the models that can be used in a file or folder, and for each file that is left out an error that names it.

    Of two models for the same government, or for all, neither is used. Nothing is raised: without any model the rules alone decide.
    """
    found: dict[Path, Model] = {}
    errors: list[ConfigurationError] = []
    try:
        files = _files(path)
    except ConfigurationError as error:
        return NO_MODELS, [error]
    for file in files:
        try:
            found[file] = model_in(file)
        except ConfigurationError as error:
            errors.append(error)
    regions = [model.region for model in found.values()]
    for file, model in found.items():
        if regions.count(model.region) > 1:
            whose = f"for the government {model.region}" if model.region else "for all"
            errors.append(ConfigurationError(f"{file} is one of several models {whose}: remove all but one of them"))
    return Models([model for model in found.values() if regions.count(model.region) == 1]), errors


def _files(path: Path) -> list[Path]:
    """Return the path itself, or the model files of a folder, by name.

    Raises:
        ConfigurationError: the folder has no model, or cannot be read.
    """
    if not path.is_dir():
        return [path]
    try:
        files = sorted([file for file in path.iterdir() if file.suffix == ".json"])
    except OSError as error:
        raise ConfigurationError(f"the folder {path} cannot be read: {error.strerror}") from error
    if not files:
        raise ConfigurationError(f"the folder {path} has no model: put files there that `lapor learn` made")
    return files
