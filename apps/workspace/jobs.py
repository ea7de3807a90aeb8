"""Long work, as rows. The broker only wakes a worker up: what is to be done, how far it is and who does it stand in the
database, so that a killed worker's job goes on where it stopped and none runs twice.

A job does its work in steps. Each step is one transaction that also moves the job's cursor: it happened wholly, once,
or not at all.
"""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import models, transaction
from kombu.exceptions import OperationalError

from . import clock
from .logbook import without_values
from .models import Teammate, Workspace
from .once_more import once_more
from .problems import Problem

# what a step says of what comes after it: more, or nothing, or more when so much time has passed
Left = bool | timedelta
AT_ONCE = timedelta()
LEASE = timedelta(seconds=20)  # how long a step may take before another worker believes that its worker is dead
MOST_ATTEMPTS = 5
log = logging.getLogger(__name__)


class JobState(models.TextChoices):
    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Running"
    CANCELLING = "cancelling", "Stopping"
    DONE = "done", "Done"
    CANCELLED = "cancelled", "Stopped"
    FAILED = "failed", "Failed"


UNDER_WAY = (JobState.WAITING, JobState.RUNNING, JobState.CANCELLING)


class Job(models.Model):
    """Work in steps. Subclasses say what a step is; `jobs.run` calls it until it says that nothing is left."""

    workspace = models.ForeignKey(Workspace, models.CASCADE, related_name="+")
    by = models.ForeignKey(Teammate, models.SET_NULL, null=True, related_name="+")
    state = models.CharField(max_length=12, choices=JobState, default=JobState.WAITING)
    cursor = models.BigIntegerField(default=0)
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True

    @property
    def is_under_way(self) -> bool:
        return self.state in UNDER_WAY

    @property
    def percent(self) -> int:
        return 100 if self.state == JobState.DONE else min(99, self.done * 100 // max(self.total, 1))

    def step(self, now: datetime) -> Left:
        """Do one bounded piece of the work, in the transaction that is open."""
        raise NotImplementedError

    def called_off(self, now: datetime) -> None:
        """Somebody stopped the job, or it failed: leave nothing half done."""

    def wake(self, after: timedelta = AT_ONCE) -> None:
        """Have a worker look at the job once this transaction is committed, or some time after.

        The sweeper comes by should nobody hear.
        """
        from .tasks import run_job

        label, pk = self._meta.label, self.pk

        def send() -> None:
            try:
                run_job.apply_async((label, pk), countdown=after.total_seconds())
            except OperationalError:
                log.warning("The queue did not answer; %s %s waits for the sweeper.", label, pk)

        transaction.on_commit(send)

    def cancel(self) -> bool:
        """Ask the job to stop after its present step. False when it had ended already."""
        moved = type(self)._default_manager.filter(pk=self.pk, state__in=[JobState.WAITING, JobState.RUNNING])
        return bool(moved.update(state=JobState.CANCELLING))


def run(model: type[Job], pk: int) -> None:
    """Take a job and do its steps until it ends or must wait. A job that another worker is at is left alone."""
    if not _take(model, pk, clock.now()):
        return
    try:
        while once_more(lambda: _step(model, pk)):
            pass
    except Problem as problem:  # it cannot go on, and would not the next time either
        _give_up(model, pk, problem.message)
    except Exception as error:
        log.exception("%s %s failed", model._meta.label, pk)
        _give_back(model, pk, error)


def _take(model: type[Job], pk: int, now: datetime) -> bool:
    free = models.Q(leased_until=None) | models.Q(leased_until__lt=now)
    jobs = model._default_manager.filter(free, pk=pk, state__in=UNDER_WAY)
    return bool(jobs.update(leased_until=now + LEASE, attempts=models.F("attempts") + 1))


@transaction.atomic
def _step(model: type[Job], pk: int) -> bool:
    """One step, and the record of it, in one transaction."""
    now = clock.now()
    job = model._default_manager.select_for_update(of=("self",)).select_related("workspace").get(pk=pk)
    if job.state == JobState.CANCELLING:
        job.called_off(now)
        return _end(job, JobState.CANCELLED, now)
    job.state = JobState.RUNNING
    with _uncollected():
        left = job.step(now)
    if left is False:
        return _end(job, JobState.DONE, now)
    job.attempts = 0
    if isinstance(left, timedelta):
        return _put_off(job, left)
    job.leased_until = now + LEASE
    job.save()
    return True


@contextmanager
def _uncollected() -> Iterator[None]:
    """Let the garbage collector rest: a step makes hundreds of thousands of objects and lets go of them all at its end,
    and to go through them again and again meanwhile takes a third of an import's time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _put_off(job: Job, pause: timedelta) -> bool:
    """Let the worker do something else meanwhile."""
    job.leased_until = None
    job.save()
    job.wake(after=pause)
    return False


def _end(job: Job, state: str, now: datetime) -> bool:
    job.state, job.finished_at, job.leased_until = state, now, None
    job.save()
    return False


@transaction.atomic
def _give_back(model: type[Job], pk: int, error: Exception) -> None:
    """Let the job be tried again soon, or give it up after a few attempts without a step."""
    now = clock.now()
    job = model._default_manager.select_for_update().get(pk=pk)
    if not job.is_under_way:
        return
    job.error = without_values(f"{type(error).__name__}: {error}")[:500]  # pages and notifications tell it
    if job.attempts >= MOST_ATTEMPTS:
        job.called_off(now)
        _end(job, JobState.FAILED, now)
        return
    job.leased_until = now + timedelta(seconds=5 * job.attempts)
    job.save()


@transaction.atomic
def _give_up(model: type[Job], pk: int, reason: str) -> None:
    """End a job that what it is about does not let go on: its tag was deleted, its attribute archived."""
    now = clock.now()
    job = model._default_manager.select_for_update().get(pk=pk)
    if job.is_under_way:
        job.error = reason[:500]
        job.called_off(now)
        _end(job, JobState.FAILED, now)


def sweep(now: datetime) -> list[tuple[str, int]]:
    """The jobs that nobody is at though there is work left: their worker died, or the wake-up was lost."""
    from django.apps import apps

    free = models.Q(leased_until=None) | models.Q(leased_until__lt=now)
    return [
        (model._meta.label, pk)
        for model in apps.get_models()
        if issubclass(model, Job)
        for pk in model._default_manager.filter(free, state__in=UNDER_WAY).values_list("pk", flat=True)
    ]
