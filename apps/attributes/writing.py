"""The only writer of values (UPD-01). One path, and it takes a list: an edit by hand is a batch of one.

    offers ──▶ address ──▶ hold ──▶ judge ──▶ store ──▶ reports
               (keys)     (lock)   (rules)   (1 UPDATE, 1 history, 1 refusals)

The number of statements is the same for a batch of one and of a thousand.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from django.db import DataError, OperationalError, connection, transaction
from psycopg.errors import ProgramLimitExceeded
from psycopg.types.datetime import TimestamptzLoader

from apps.workspace.hands import NOBODY, Hand
from apps.workspace.models import Seat, Workspace
from apps.workspace.problems import Conflict, Missing

from .catalogue import catalogue_of
from .columns import sql_types
from .copying import copy_in
from .defining import define_missing
from .definitions import Catalogue, Definition, Shadow
from .history import add_changes, count_refusals, latest_changes
from .keys import rewritten
from .kinds import Kind, Setting, converted
from .models import Attributed, State
from .precedence import BLANKED, holder_of, yields_to
from .reports import Change, Reason, Refusal, Report
from .sources import Source
from .standard import is_like_standard

Offer = Mapping[str, Any]
Columns = dict[str, Any]
FEW = 16  # records that are made by INSERT; more are made by COPY


@dataclass(slots=True)
class Held:
    """A locked record: its values of the batch's attributes, and who holds them."""

    values: dict[str, Any]
    holders: dict[str, str] = field(default_factory=dict)

    def holder(self, key: str) -> Source | None:
        return holder_of(self.holders, key, self.values.get(key))


@dataclass(frozen=True, slots=True)
class Batch:
    """Offers with their keys made good, the attributes they touch, the locked records: all by one catalogue."""

    known: Catalogue
    offers: Mapping[int, Offer]
    refused: dict[int, dict[str, Refusal]]
    touched: list[Definition]
    held: dict[int, Held]
    alike: set[int]  # what is offered to these stands there already, in our own hand


@transaction.atomic(savepoint=False)
def write(
    model: type[Attributed],
    workspace: Workspace,
    offers: Mapping[int, Offer],
    source: Source,
    *,
    now: datetime,
    by: Hand = NOBODY,
    births: Mapping[int, Columns] | None = None,
    rehearsed: bool = False,
) -> dict[int, Report]:
    """Offer values to records of one model: {pk: {key: raw value}}; what becomes of each is in its report.

    Pings speak in the snippet's keys (`user_id`, `created_at`), all others in the catalogue's. `births` are records
    that do not stand yet, by the pk they will have, with the columns they start from. Records of another workspace
    are not found and get no report. `rehearsed`: only tell what would become of them; nothing is stored or locked.
    """
    births = births or {}
    batch = _take_up(model, workspace, offers, source, by, now, births, locks=not rehearsed)
    targets = _targets(workspace, batch.known, batch.touched, source)

    def judged(pk: int) -> Report:
        if pk in batch.alike:
            return Report(holders=batch.held[pk].holders)
        return _judge(targets, batch.held[pk], batch.offers[pk], batch.refused.get(pk, {}))

    reports = {pk: judged(pk) for pk in batch.offers if pk in batch.held and (rehearsed or pk not in births)}
    if rehearsed:
        return reports
    _store(model, workspace, batch, reports, now)
    if births:
        reports |= _insert(model, workspace, batch, births, judged, now)
    add_changes(model.about, workspace, reports, source, by, now)
    count_refusals(model.about, workspace, reports, source, by, now)
    return reports


@transaction.atomic
def release(
    model: type[Attributed], workspace: Workspace, pk: int, key: str, *, now: datetime, by: Hand = NOBODY
) -> Report:
    """Re-sync: clear what a teammate set, blanks included, and open it to every hand again (QUAL-15).

    Raises Missing for a record or an attribute that is not here, Conflict where no teammate's value stands (QUAL-16).
    """
    batch = _take_up(model, workspace, {pk: {key: None}}, Source.MANUAL, by, now, {})
    if pk not in batch.held or not batch.touched or batch.touched[0].archived:
        raise Missing("There is no such value.")
    held = batch.held[pk]
    if held.holder(key) is not Source.MANUAL:
        raise Conflict("Only a value that a teammate set by hand can be re-synced.")
    reports = {pk: Report(changed={key: Change(held.values[key], None)})}
    _store(model, workspace, batch, reports, now)
    add_changes(model.about, workspace, reports, Source.MANUAL, by, now)
    return reports[pk]


@dataclass(frozen=True, slots=True)
class Former:
    """A value as it was before it was set, plain as JSON has it, its entry among the holders, and the write that tells
    where it comes from (0: there is none)."""

    value: Any
    holder: str | None
    origin: int | None = None


@transaction.atomic
def put_back(
    model: type[Attributed],
    workspace: Workspace,
    key: str,
    set_to: Any,
    formers: Mapping[int, Former],
    *,
    now: datetime,
    by: Hand = NOBODY,
) -> list[int]:
    """Undo the setting of a value by hand, holders included (BEY-14): the keys of the records that were put back.

    Their values come from where they came from before; the history tells of both steps. A record whose value is another
    one by now, or in another hand, is left alone.
    """
    were = {pk: {key: Was(set_to, former)} for pk, former in formers.items()}
    return [pk for pk, keys in take_back(model, workspace, were, Source.MANUAL, now=now, by=by).items() if keys]


@dataclass(frozen=True, slots=True)
class Was:
    """What a value was set to, plain as JSON has it, and what it was before."""

    set_to: Any
    before: Former


@transaction.atomic
def take_back(
    model: type[Attributed],
    workspace: Workspace,
    were: Mapping[int, Mapping[str, Was]],
    source: Source,
    *,
    now: datetime,
    by: Hand = NOBODY,
) -> dict[int, list[str]]:
    """Undo what a source set of some records, holders included: of each record that is there, the keys put back.

    A value that is another one by now, or in another hand, is left alone, and so is one whose attribute is gone.
    """
    nothing = {pk: dict.fromkeys(keys) for pk, keys in were.items()}
    batch = _take_up(model, workspace, nothing, Source.MANUAL, by, now, {})
    readers = {definition.key: _reader(workspace, definition) for definition in batch.touched}
    reports = {pk: Report(changed=_taken_back(held, were[pk], readers, source)) for pk, held in batch.held.items()}
    _store(model, workspace, batch, reports, now)
    add_changes(model.about, workspace, reports, Source.MANUAL, by, now)
    return {pk: list(report.changed) for pk, report in reports.items()}


Reader = Callable[[Any], Any]


def _reader(workspace: Workspace, definition: Definition) -> Reader:
    """Makes a value of what JSON keeps of it. Raises Refusal where it does not fit the attribute's type any more."""
    setting = Setting(Source.REST, workspace.zone, definition.options, Anybody())
    return lambda plain: None if plain is None else definition.kind.clean(plain, setting)


def _taken_back(
    held: Held, were: Mapping[str, Was], readers: Mapping[str, Reader], source: Source
) -> dict[str, Change]:
    changed: dict[str, Change] = {}
    for key, was in were.items():
        holder = source.value if was.set_to is not None else BLANKED if source is Source.MANUAL else None
        if key not in readers or held.holders.get(key) != holder:
            continue
        try:
            ours, before = readers[key](was.set_to), readers[key](was.before.value)
        except Refusal:
            continue
        if held.values[key] == ours:
            changed[key] = Change(ours, before, was.before.holder, was.before.origin)
    return changed


Group = Collection[str]


@transaction.atomic
def adopt(
    model: type[Attributed],
    workspace: Workspace,
    giver: int,
    taker: int,
    groups: Iterable[Group],
    *,
    now: datetime,
    instead: Collection[str] = (),
) -> dict[str, Former]:
    """Give a record what it lacks of another's values, each with its holder, its source and its hand (IDN-14).

    Groups with a key of `instead` take the place of what stands there (BEY-07). Returns what every value that changed
    was before: `give_back` needs it.
    """
    groups = list(groups)
    nothing = dict.fromkeys(key for group in groups for key in group)
    batch = _take_up(model, workspace, {giver: nothing, taker: nothing}, Source.MANUAL, NOBODY, now, {})
    lack = batch.held[taker]
    report = Report(changed=adoptable(batch.held[giver], lack, groups, instead))
    origins = latest_changes(model._default_manager.heads().get(pk=taker)) if report.changed else {}
    _store(model, workspace, batch, {taker: report}, now)
    _tell_origins(model, workspace, giver, taker, report, batch, now)
    count_refusals(model.about, workspace, {taker: report}, Source.AUTO, NOBODY, now)
    formers = {}
    for key, change in report.changed.items():
        old = None if change.old is None else batch.known[key].kind.plain(change.old)
        formers[key] = Former(old, lack.holders.get(key), origins[key].pk if key in origins else 0)
    return formers


def adoptable(have: Held, lack: Held, groups: Iterable[Group], instead: Collection[str] = ()) -> dict[str, Change]:
    """What a record would take of another's values.

    Of a group of keys all are taken or none: a city beside another's country would tell of a place that there is not.
    A blank that a teammate holds is not lacking (QUAL-17).
    """
    changes: dict[str, Change] = {}
    for group in groups:
        known = [key for key in group if have.values.get(key) is not None]
        if known and any(key in instead for key in group):
            known = [key for key in group if key in have.values and not _stands_alike(have, lack, key)]
        elif any(lack.holder(key) is not None for key in group):
            continue
        for key in known:
            changes[key] = Change(lack.values.get(key), have.values[key], have.holders.get(key))
    return changes


def _stands_alike(one: Held, other: Held, key: str) -> bool:
    return one.values.get(key) == other.values.get(key) and one.holders.get(key) == other.holders.get(key)


@transaction.atomic
def give_back(
    model: type[Attributed],
    workspace: Workspace,
    giver: int,
    taker: int,
    formers: Mapping[str, Former],
    groups: Iterable[Group],
    *,
    now: datetime,
    by: Hand = NOBODY,
) -> list[str]:
    """Put back what a record had before it adopted another's values (BEY-07): the keys of those that were.

    A value that is another one by now, or in another hand, is left alone, and so is what is told together with it.
    """
    nothing = dict.fromkeys(formers)
    batch = _take_up(model, workspace, {giver: nothing, taker: nothing}, Source.MANUAL, by, now, {})
    have, took = batch.held[giver], batch.held[taker]
    changed: dict[str, Change] = {}
    for group in groups:
        keys = [key for key in group if key in formers and key in took.values]
        if all(_stands_alike(have, took, key) for key in keys):
            changed |= {key: _as_before(workspace, batch.known[key], took.values[key], formers[key]) for key in keys}
    reports = {taker: Report(changed=changed)}
    _store(model, workspace, batch, reports, now)
    add_changes(model.about, workspace, reports, Source.MANUAL, by, now)
    return list(reports[taker].changed)


def _as_before(workspace: Workspace, definition: Definition, now_is: Any, former: Former) -> Change:
    """What it was; nothing where it does not fit the attribute's type any more (ATT-19)."""
    setting = Setting(Source.REST, workspace.zone, definition.options, Anybody())
    try:
        value = None if former.value is None else definition.kind.clean(former.value, setting)
    except Refusal:
        return Change(now_is, None, None, 0)
    return Change(now_is, value, former.holder, former.origin or 0)


def _tell_origins(
    model: type[Attributed], workspace: Workspace, giver: int, taker: int, report: Report, batch: Batch, now: datetime
) -> None:
    """A line of history for every hand that the values come from."""
    lines = latest_changes(model._default_manager.heads().get(pk=giver))
    by_origin: dict[tuple[Source, str], dict[str, Change]] = {}
    for key, change in report.changed.items():
        line = lines.get(key)
        origin = (Source(line.source), line.hand) if line else (_holder(batch, giver, key), "")
        by_origin.setdefault(origin, {})[key] = change
    for (source, hand), changed in by_origin.items():
        add_changes(model.about, workspace, {taker: Report(changed=changed)}, source, Hand(name=hand), now)


def _holder(batch: Batch, pk: int, key: str) -> Source:
    """Whose a value is of which no history tells: what no other hand can write is the platform's."""
    if Source.PING not in batch.known[key].writable:
        return Source.AUTO
    return batch.held[pk].holder(key) or Source.AUTO


class Anybody(frozenset[int]):
    """Whoever was the owner before may be again, be they gone from the workspace since."""

    def __contains__(self, member: object) -> bool:
        return True


def held_by(model: type[Attributed], workspace: Workspace, pks: Sequence[int], key: str) -> dict[int, str | None]:
    """Lock records, and who holds a value of each: its entry among the holders."""
    records = model._default_manager.filter(workspace=workspace, pk__in=pks).order_by("pk")
    locked = records.select_for_update(of=("self",), no_key=True).only("holders")
    return {record.pk: record.holders.get(key) for record in locked}


def _take_up(
    model: type[Attributed],
    workspace: Workspace,
    offers: Mapping[int, Offer],
    source: Source,
    by: Hand,
    now: datetime,
    births: Mapping[int, Columns],
    *,
    locks: bool = True,
) -> Batch:
    """Address and hold the batch by one and the same catalogue: were the attributes changed meanwhile, once more."""
    while True:
        known, addressed, refused = _address(model, workspace, offers, source, by, now)
        touched = _touched(known, addressed, source)
        pks = [pk for pk in addressed if pk not in births]
        cells = Cells.of(addressed, touched, source) if len(pks) > FEW else None
        version, held, alike = _hold(model, workspace, pks, touched, cells, locks=locks)
        if version == workspace.attributes_version:
            return Batch(known, addressed, refused, touched, held | {pk: Held({}) for pk in births}, alike)
        workspace.attributes_version = version


# ---- addressing: which attribute does a key mean? --------------------------------------------------------------------


def _address(
    model: type[Attributed], workspace: Workspace, offers: Mapping[int, Offer], source: Source, by: Hand, now: datetime
) -> tuple[Catalogue, Mapping[int, Offer], dict[int, dict[str, Refusal]]]:
    """The catalogue, made to know a ping's new keys; and the offers with their keys made good."""
    known = catalogue_of(workspace, model.about)
    if not source.is_ping:
        return known, offers, {}
    refused: dict[int, dict[str, Refusal]] = {}
    addressed: dict[int, Offer] = {}
    unknown: dict[str, Any] = {}
    for pk, offer in offers.items():
        addressed[pk], refused[pk] = _addressed(known, offer, source)
        for key, raw in addressed[pk].items():
            if key not in refused[pk] and _may_be_made(model.about, known, key, raw, source):
                unknown.setdefault(key, raw)
    if unknown and model.about == "person":  # companies' attributes are never made by a ping (ATT-22)
        not_made = _make(workspace, unknown, source, by, now)
        known = catalogue_of(workspace, model.about)
        for pk, offer in addressed.items():
            refused[pk].update({key: not_made[key] for key in offer if key in not_made})
    return known, addressed, refused


def _may_be_made(about: str, known: Catalogue, key: str, raw: Any, source: Source) -> bool:
    return known.find(key, source) is None and not is_blank(raw, source) and not is_like_standard(about, key)


def _addressed(known: Catalogue, offer: Offer, source: Source) -> tuple[dict[str, Any], dict[str, Refusal]]:
    """A ping's offer with each unsupported character as an underscore (ATT-29, ATT-31)."""
    good: dict[str, Any] = {}
    bad: dict[str, Refusal] = {}
    for key, raw in offer.items():
        if known.find(key, source):
            good[key] = raw
            continue
        try:
            name = rewritten(key)
            if name != key and name in offer:
                raise Refusal(Reason.RESERVED, f"was ignored: it reads as {name}, which was sent as well")
            good[name] = raw
        except Refusal as refusal:
            good[key] = raw
            bad[key] = refusal
    return good, bad


def _make(workspace: Workspace, unknown: dict[str, Any], source: Source, by: Hand, now: datetime) -> dict[str, Refusal]:
    if workspace.messenger_creates_attributes:
        return define_missing(workspace, unknown, source, by, now)
    closed = Refusal(Reason.NOT_CREATED, "is unknown, and the Messenger may not create attributes here")  # MSG-08
    return dict.fromkeys(unknown, closed)


def _touched(known: Catalogue, offers: Mapping[int, Offer], source: Source) -> list[Definition]:
    """The attributes that a batch of offers touches, each once."""
    keys = dict.fromkeys(key for offer in offers.values() for key in offer)
    return list({d.key: d for d in (known.find(key, source) for key in keys) if d}.values())


# ---- holding: lock and read ------------------------------------------------------------------------------------------


class Cells:
    """Offers of text, as a file has them: most of it says once more what stands there.

    The database writes its values as the plainest cell would; of a record where all that is offered stands already, in
    the source's own hand, nothing needs to be judged. What is written otherwise ("5.0" for 5) is.
    """

    def __init__(self, offers: Mapping[int, Offer], touched: Sequence[Definition], source: Source) -> None:
        self.offers, self.source = offers, source
        self.keys = [definition.key for definition in touched]
        self.columns = [str(one.kind.cell).format(connection.ops.quote_name(one.column)) for one in touched]
        self._held: dict[int, frozenset[str]] = {}

    @classmethod
    def of(cls, offers: Mapping[int, Offer], touched: Sequence[Definition], source: Source) -> "Cells | None":
        """None where it takes more than a look to tell whether a value stands already."""
        plain = source is Source.CSV and not any(_closed(one, source) or one.kind.cell is None for one in touched)
        return cls(offers, touched, source) if plain else None

    def stand_already(self, pk: int, holders: dict[str, str], cells: Sequence[str | None]) -> bool:
        if id(holders) not in self._held:  # many records have the very same
            ours = (key for key, holder in holders.items() if holder == self.source.value)
            self._held[id(holders)] = frozenset(ours)
        offer = self.offers[pk]
        if not offer.keys() <= self._held[id(holders)]:
            return False
        return offer.items() <= dict(zip(self.keys, cells, strict=True)).items()


def _hold(
    model: type[Attributed],
    workspace: Workspace,
    pks: list[int],
    batch: list[Definition],
    cells: Cells | None = None,
    *,
    locks: bool,
) -> tuple[uuid.UUID, dict[int, Held], set[int]]:
    """Lock the records and read the batch's columns; in the order of their keys, so that no two batches wait in a ring.

    One that was merged into another takes nothing any more: whoever wants to write there has to ask anew who is meant.
    With them comes the version of the attributes that this very statement saw, and who has the offered cells already.
    """
    columns = ["id", "holders", *(connection.ops.quote_name(definition.column) for definition in batch)]
    if cells:
        columns += cells.columns
    statement = (
        "SELECT workspace.attributes_version, held.* FROM workspace_workspace AS workspace LEFT JOIN LATERAL "  # noqa: S608 - our own columns
        f"(SELECT {', '.join(columns)} FROM {model._meta.db_table} WHERE workspace_id = workspace.id AND id = ANY(%s) "
        f"AND state <> '{State.MERGED}' ORDER BY id{' FOR NO KEY UPDATE' if locks else ''}) AS held ON true "
        "WHERE workspace.id = %s"
    )
    with connection.cursor() as cursor:
        cursor.adapters.register_loader("timestamptz", TimestamptzLoader)  # the driver's: Django's is Python, and slow
        cursor.execute(statement, [pks, workspace.pk])
        rows = cursor.fetchall()
    reading, end = _Reading(batch), 3 + len(batch)
    held: dict[int, Held] = {}
    alike: set[int] = set()
    for row in rows:
        if pk := row[1]:
            holders = reading.holders(row[2])
            if cells and cells.stand_already(pk, holders, row[end:]):
                alike.add(pk)
            held[pk] = Held({} if pk in alike else reading.values(row[3:end]), holders)
    return rows[0][0], held, alike


class _Reading:
    """Makes rows' columns what they hold. Many rows have the same holders, which are read once."""

    def __init__(self, batch: Sequence[Definition]) -> None:
        self.keys = [definition.key for definition in batch]
        self.loads = [(d.key, d.kind.loaded) for d in batch if type(d.kind).loaded is not Kind.loaded]
        self.known: dict[Any, dict[str, str]] = {}

    def holders(self, stored: Any) -> dict[str, str]:
        if not isinstance(stored, str | bytes):
            return stored
        if stored not in self.known:
            self.known[stored] = orjson.loads(stored)
        return self.known[stored]

    def values(self, stored: Sequence[Any]) -> dict[str, Any]:
        by_key = dict(zip(self.keys, stored, strict=True))
        for key, loaded in self.loads:
            if (value := by_key[key]) is not None:
                by_key[key] = loaded(value)
        return by_key


# ---- expecting: what is there to do? ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Expected:
    """What an offer finds where it has nothing to do: these values in these columns, and nobody who holds the keys."""

    columns: Columns
    keys: list[str]


def expected(model: type[Attributed], workspace: Workspace, offer: Offer, source: Source) -> Expected | None:
    """What must stand already for a ping to change nothing and to be refused nothing; None where it cannot be so.

    A value that somebody else holds may be the same one: whether that is so only `write` can say.
    """
    known = catalogue_of(workspace, model.about)
    addressed, refused = _addressed(known, offer, source)
    batch = _touched(known, {0: addressed}, source)
    targets = _targets(workspace, known, batch, source)
    columns: Columns = {}
    try:
        for key, raw in addressed.items():
            target = _meant(targets, key, raw, refused)
            if target:
                columns[target.definition.column] = target.admit(raw)
    except Refusal:
        return None
    return Expected(columns, [definition.key for definition in batch])


# ---- judging: the rules ----------------------------------------------------------------------------------------------


def is_blank(raw: Any, source: Source) -> bool:
    """Whether what was sent says "no value" (ATT-34, ATT-35). Zero and false are values (ATT-36)."""
    if raw is None:
        return True
    if not isinstance(raw, str):
        return False
    text = raw.strip()
    return not text or (text in ("null", "undefined") and source.is_ping)


@dataclass(frozen=True, slots=True)
class Target:
    """The attribute that a key means, and all else that is the same for every value of a batch."""

    key: str  # the catalogue's
    definition: Definition
    clean: Callable[[Any, Setting], Any]
    setting: Setting
    closed: Refusal | None  # why nothing may be written this way, whatever the value
    yields_to: frozenset[Source]
    holds: str | None  # the entry among the holders of a value that is written; none for pings
    holds_blank: str | None  # a teammate's blank is held (QUAL-17)
    keeps_holder: bool  # the platform's own hand holds nothing
    knows_text: bool  # text that stands there already may be offered again, as it is

    def admit(self, raw: Any) -> Any:
        """The value to store, of what a source may write here. Raises Refusal."""
        if self.closed:
            raise self.closed.with_traceback(None)  # the same one again and again
        return None if is_blank(raw, self.setting.source) else self.clean(raw, self.setting)


@dataclass(frozen=True, slots=True)
class Targets:
    """What a batch's keys mean."""

    known: Catalogue
    source: Source
    by_key: dict[str, Target]


def _targets(workspace: Workspace, known: Catalogue, touched: list[Definition], source: Source) -> Targets:
    """Worked out once for a batch: its values are many, its keys are few."""
    members: frozenset[int] = frozenset()
    if any(definition.kind.name == "member" for definition in touched):
        members = frozenset(Seat.objects.filter(workspace=workspace).values_list("teammate_id", flat=True))
    zone, yields = workspace.zone, yields_to(known.about, source)
    by_key = {
        str(definition.ping_key if source.is_ping else definition.key): Target(
            definition.key,
            definition,
            definition.kind.clean,
            Setting(source, zone, definition.options, members),
            _closed(definition, source),
            yields,
            holds=None if source.is_ping else source.value,
            holds_blank=BLANKED if source is Source.MANUAL else None,
            keeps_holder=source is Source.AUTO,
            knows_text=_closed(definition, source) is None and definition.kind.name != "list",  # of options may be gone
        )
        for definition in touched
    }
    return Targets(known, source, by_key)


def _closed(definition: Definition, source: Source) -> Refusal | None:
    if definition.archived:
        return Refusal(Reason.ARCHIVED, "is archived; unarchive it to write to it")
    if source not in definition.writable:
        return Refusal(Reason.READ_ONLY, "cannot be written this way; the platform sets it, or another channel does")
    if definition.protected and source is Source.PING:
        return Refusal(Reason.PROTECTED, "is protected from updates via the Messenger")
    return None


def _judge(targets: Targets, held: Held, offer: Offer, refused: dict[str, Refusal]) -> Report:
    report = Report(holders=held.holders)
    by_key, changed = targets.by_key, report.changed
    for key, raw in offer.items():
        try:
            target = by_key.get(key)
            if target is None or refused:  # a step aside for the few
                target = _meant(targets, key, raw, refused)
            change = _change(target, held, raw) if target else None
        except Refusal as refusal:
            report.refused[key], report.raw[key] = refusal, raw
        else:
            if target and change:
                changed[target.key] = change
    return report


def _meant(targets: Targets, key: str, raw: Any, refused: dict[str, Refusal]) -> Target | None:
    """The attribute that a key means; None for no value of no attribute: nothing to make, nothing to say (ATT-24).

    Raises Refusal.
    """
    if key in refused:
        raise refused[key]
    target = targets.by_key.get(key)
    if target is None and not _says_nothing(targets.known.about, key, raw, targets.source):
        raise _unknown(targets.known.about, key)
    return target


def _says_nothing(about: str, key: str, raw: Any, source: Source) -> bool:
    return about == "person" and source.is_ping and is_blank(raw, source) and not is_like_standard(about, key)


def _unknown(about: str, key: str) -> Refusal:
    if is_like_standard(about, key):
        return Refusal(Reason.RESERVED, "is the name of a standard attribute, or reserved; it cannot be sent as it is")
    return Refusal(Reason.UNKNOWN, "does not exist; create it as a data attribute first")


def _change(target: Target, held: Held, raw: Any) -> Change | None:
    """What the offered value changes; None where everything is so already. Raises Refusal."""
    key = target.key
    old, before = held.values.get(key), held.holders.get(key)
    if raw == old and before == target.holds and target.knows_text and type(raw) is str:
        return None  # what stands there was looked into when it came
    value = target.admit(raw)
    new_holder = before if target.keeps_holder else target.holds_blank if value is None else target.holds
    if value == old and new_holder == before:
        return None
    if target.yields_to and (holder := held.holder(key)) in target.yields_to:
        if value == old:
            return None
        raise Refusal(Reason.YIELDED, _yielding(holder))
    return Change(old, value, new_holder)


def _yielding(holder: Source | None) -> str:
    if holder is Source.MANUAL:
        return "was ignored: a teammate's value is kept"
    return "was ignored: workflows only fill empty values"


# ---- storing ---------------------------------------------------------------------------------------------------------


def _store(
    model: type[Attributed], workspace: Workspace, batch: Batch, reports: dict[int, Report], now: datetime
) -> None:
    rows = {
        pk: (_columns(model, workspace, batch.known, report), _holders(batch.held[pk].holders, report))
        for pk, report in reports.items()
        if report.changed
    }
    if rows:
        _update_or_refuse(model, rows, reports, now)


def _columns(model: type[Attributed], workspace: Workspace, known: Catalogue, report: Report) -> Columns:
    columns: Columns = {}
    by_key = known.by_key
    for key, change in report.changed.items():
        definition = by_key[key]
        columns[definition.column] = change.new
        if definition.shadow:
            columns[definition.shadow.column] = _shadowed(definition, definition.shadow, change.new, workspace)
    if not report.changed.keys().isdisjoint(model.derived_from.values()):
        columns |= model.derive({key: change.new for key, change in report.changed.items()})
    return columns


def _shadowed(definition: Definition, shadow: Shadow, value: Any, workspace: Workspace) -> Any:
    """The value in the attribute's second column, of its next or its last kind (see `retyping`)."""
    if value is None:
        return None
    return converted(value, definition.kind, shadow.kind, Setting(Source.CSV, workspace.zone, shadow.options))


def _holders(before: dict[str, str], report: Report) -> dict[str, str]:
    after: dict[str, str | None] = {**before}
    for key, change in report.changed.items():
        after[key] = change.holder
    return {key: holder for key, holder in after.items() if holder}


def _update_or_refuse(
    model: type[Attributed], rows: dict[int, tuple[Columns, dict[str, str]]], reports: dict[int, Report], now: datetime
) -> None:
    """One UPDATE. Where a row would outgrow its page, the rows go one by one, and that record's values are refused."""
    try:
        with transaction.atomic():
            _update(model, rows, now)
    except (OperationalError, DataError) as error:
        if not isinstance(error.__cause__, ProgramLimitExceeded):
            raise
        if len(rows) > 1:
            for pk, row in rows.items():
                _update_or_refuse(model, {pk: row}, reports, now)
            return
        for report in (reports[pk] for pk in rows):
            report.refuse_changes(Refusal(Reason.TOO_LARGE, "does not fit: this record holds as much as a row can"))


def _update(model: type[Attributed], rows: dict[int, tuple[Columns, dict[str, str]]], now: datetime) -> None:
    """One statement for any mix of columns; it names those of the batch alone, a record's whole row is very wide."""
    names = list(dict.fromkeys(name for values, _ in rows.values() for name in values))
    uniform = all(len(values) == len(names) for values, _ in rows.values())
    assignments = ", ".join(_assignment(connection.ops.quote_name(name), name, uniform) for name in names)
    statement = f"""
        UPDATE {connection.ops.quote_name(model._meta.db_table)} AS held
        SET {assignments}, holders = new.holders, updated_at = %s
        FROM jsonb_to_recordset(%s::jsonb) AS new(id bigint, holders jsonb, given jsonb, {_typed(model, names)})
        WHERE held.id = new.id
    """  # noqa: S608 - our own columns
    payload = [
        {"id": pk, "holders": holders, "given": None if uniform else list(values), **values}
        for pk, (values, holders) in rows.items()
    ]
    with connection.cursor() as cursor:
        cursor.execute(statement, [now, orjson.dumps(payload).decode()])


def _assignment(quoted: str, name: str, uniform: bool) -> str:
    """What a column becomes; in a mixed batch a record keeps what its own offer does not name."""
    if uniform:
        return f"{quoted} = new.{quoted}"
    return f"{quoted} = CASE WHEN new.given ? '{name}' THEN new.{quoted} ELSE held.{quoted} END"


def _typed(model: type[Attributed], names: Sequence[str]) -> str:
    """Columns with their types, as a record of JSON is read."""
    return ", ".join(f"{connection.ops.quote_name(name)} {sql_types(model)[name]}" for name in names)


def _insert(
    model: type[Attributed],
    workspace: Workspace,
    batch: Batch,
    births: Mapping[int, Columns],
    judged: Callable[[int], Report],
    now: datetime,
) -> dict[int, Report]:
    """Add records. Many are judged while the database takes in the ones before."""
    reports: dict[int, Report] = {}

    def rows() -> Iterator[Columns]:
        for pk, start in births.items():
            report = reports[pk] = judged(pk) if pk in batch.offers else Report()
            values = _columns(model, workspace, batch.known, report)
            holders = _holders({}, report)
            yield {"created_at": now, "updated_at": now, **start, **values, "id": pk, "holders": holders}

    defaults, names = _defaults(model), _names(model, batch, births)
    if len(births) > FEW:
        copy_in(model._meta.db_table, names, rows(), defaults)
    else:
        _insert_few(model, names, [{name: row.get(name, defaults.get(name)) for name in names} for row in rows()])
    return {pk: report for pk, report in reports.items() if pk in batch.offers}


def _names(model: type[Attributed], batch: Batch, births: Mapping[int, Columns]) -> list[str]:
    """The columns that records of a batch may be born with."""
    start = dict.fromkeys(name for birth in births.values() for name in birth)
    touched = [name for one in batch.touched for name in (one.column, one.shadow and one.shadow.column) if name]
    keys = {definition.key for definition in batch.touched}
    derived = [name for name, key in model.derived_from.items() if key in keys]
    return list(dict.fromkeys(("id", "holders", "created_at", "updated_at", *start, *touched, *derived)))


def _insert_few(model: type[Attributed], names: Sequence[str], rows: list[Columns]) -> None:
    quote = connection.ops.quote_name
    columns = ", ".join(map(quote, names))
    statement = f"""
        INSERT INTO {quote(model._meta.db_table)} ({columns})
        SELECT {columns} FROM jsonb_to_recordset(%s::jsonb) AS new({_typed(model, names)})
    """  # noqa: S608 - our own columns
    with connection.cursor() as cursor:
        cursor.execute(statement, [orjson.dumps(rows).decode()])


def _defaults(model: type[Attributed]) -> Columns:
    """What a column holds where a birth does not say, for those that may not be empty."""
    fields = model._meta.concrete_fields
    return {field.attname: field.get_default() for field in fields if not field.null and field.has_default()}
