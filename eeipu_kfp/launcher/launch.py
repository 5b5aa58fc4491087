"""The first task: a form in, the best configuration out."""

from __future__ import annotations

from dataclasses import replace

from eeipu_kfp.cluster.refusals import ClusterError
from eeipu_kfp.errors import EeipuError, SpecError
from eeipu_kfp.experiment.conversion import resolve
from eeipu_kfp.experiment.documents import check_document
from eeipu_kfp.experiment.launchers import WhenGone
from eeipu_kfp.experiment.nearest import advice
from eeipu_kfp.launcher.following import Follower
from eeipu_kfp.launcher.form import Form, KfpRun, document_of
from eeipu_kfp.launcher.outputs import Outcome, read_outcome
from eeipu_kfp.launcher.pipelines import find_registered
from eeipu_kfp.launcher.surroundings import Surroundings, TerminatedError
from eeipu_kfp.launcher.wording import in_words_of_form

_FORM = "the form"


def launch(form: Form, run: KfpRun, surroundings: Surroundings) -> Outcome:
    """Have a pipeline tuned, and wait for the end.

    Doing it again goes on with the same experiment.

    Raises:
        EeipuError: The form has a mistake, or tuning has failed; in the form's words.
        TerminatedError: The run was terminated; the experiment was dealt with.
    """
    try:
        return _launched(form, run, surroundings)
    except EeipuError as error:
        message = in_words_of_form(error.message, form.arguments)
        hint = in_words_of_form(error.hint, form.arguments)
        raise type(error)(message, hint=hint) from error


def _launched(form: Form, run: KfpRun, surroundings: Surroundings) -> Outcome:
    when_gone = _when_gone(form)
    pipeline = find_registered(surroundings.api, form.pipeline_name, form.pipeline_version)
    named = replace(form, pipeline_name=pipeline.name, pipeline_version=pipeline.version)
    document = document_of(named, run)
    # The controller does the same; here it costs nothing, and tells all mistakes before any trial.
    resolve(check_document(document, source=_FORM), pipeline.compiled.shape)
    surroundings.say(f"tunes pipeline {pipeline.name}, version {pipeline.version}")
    follower = Follower(
        experiments=surroundings.cluster.experiments,
        document=document,
        when_gone=when_gone,
        clock=surroundings.clock,
        say=surroundings.say,
    )
    try:
        standing = follower.follow()
    except TerminatedError:
        _cancel(follower)
        raise
    return read_outcome(surroundings.cluster, follower, standing, pipeline.version)


def _when_gone(form: Form) -> WhenGone:
    if form.when_gone is not None:
        return form.when_gone
    message = f'"{form.if_terminated}" is not allowed'
    hint = advice(form.if_terminated, [choice.value for choice in WhenGone])
    raise SpecError(message, path="if_terminated", hint=hint)


def _cancel(follower: Follower) -> None:
    done = "deleted" if follower.when_gone is WhenGone.DELETE else "suspended"
    try:
        follower.cancel()
    except ClusterError as error:
        # The controller notices by itself that nobody waits any more.
        follower.say(f"terminated, but the experiment cannot be {done}: {error}")
    else:
        follower.say(f"terminated: experiment {follower.name} is {done}")
