"""Which columns a teammate sees in a list, and in which order: one choice per teammate and list (UI-03)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from apps.workspace.models import Seat, Workspace

from .columns import MOST, Column, Sort, columns_of, default_sort, found, sort_of
from .kinds import ListKind
from .models import ColumnChoice


@dataclass(frozen=True)
class Chosen:
    """How a teammate sees a list. `is_own`: not as the list comes."""

    columns: list[Column]
    sort: Sort
    is_own: bool = False


def chosen_by(seat: Seat, workspace: Workspace, kind: ListKind) -> Chosen:
    """What was chosen, without what is gone meanwhile (ATT-40). One query."""
    choice = _choices(seat, workspace, kind).first()
    own = choice.addresses if choice else None
    columns = columns_of(workspace, kind, kind.columns if own is None else own)
    sort = sort_of(workspace, kind, choice.sort) if choice and choice.sort else None
    return Chosen(columns, sort or default_sort(workspace, kind), own is not None)


def choose_columns(seat: Seat, workspace: Workspace, kind: ListKind, addresses: Iterable[str]) -> None:
    """Show these from now on, in this order; those that there are not are left out."""
    wanted = [address for address in dict.fromkeys(addresses) if found(workspace, kind.about, address)]
    _keep(seat, workspace, kind, addresses=wanted[:MOST])


def reset_columns(seat: Seat, workspace: Workspace, kind: ListKind) -> None:
    """Show the list as it comes."""
    _choices(seat, workspace, kind).delete()


def choose_sort(seat: Seat, workspace: Workspace, kind: ListKind, sort: Sort) -> None:
    _keep(seat, workspace, kind, sort=str(sort))


def _choices(seat: Seat, workspace: Workspace, kind: ListKind) -> Any:
    return ColumnChoice.objects.filter(workspace=workspace, seat=seat, about=kind.about)


def _keep(seat: Seat, workspace: Workspace, kind: ListKind, **more: Any) -> None:
    ColumnChoice.objects.update_or_create(workspace=workspace, seat=seat, about=kind.about, defaults=more)
