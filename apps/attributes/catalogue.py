"""The catalogue of a workspace's attributes, kept in memory until the workspace says that it changed."""

from apps.workspace.models import Workspace

from .definitions import Catalogue, custom
from .models import Attribute
from .standard import STANDARD

_kept: dict[tuple[int, str], tuple[object, Catalogue]] = {}
MOST_KEPT = 2_000


def catalogue_of(workspace: Workspace, about: str) -> Catalogue:
    """Every attribute of people ("person") or companies ("company") of a workspace, archived ones included.

    Kept as long as `workspace.attributes_version` stays the same. The version is random, not counted, so that a
    rolled-back change can never be taken for a later one; a workspace is read afresh at every door.
    """
    version, catalogue = _kept.get((workspace.pk, about), (None, None))
    if catalogue is None or version != workspace.attributes_version:
        catalogue = _read(workspace, about)
        if len(_kept) >= MOST_KEPT:
            _kept.clear()
        _kept[workspace.pk, about] = workspace.attributes_version, catalogue
    return catalogue


def _read(workspace: Workspace, about: str) -> Catalogue:
    attributes = Attribute.objects.filter(workspace=workspace, about=about).order_by("pk")
    return Catalogue(about, [*STANDARD[about], *map(custom, attributes)])
