"""A checker for compiled pipelines: whatever a part names must be there."""

from collections.abc import Iterator, Mapping


def dangling(ir: Mapping) -> list[str]:
    """Return every reference that leads nowhere, and every component and executor nobody uses."""
    components, executors = ir["components"], ir["deploymentSpec"]["executors"]
    named = [problem for dag in (ir["root"], *components.values()) for problem in _in(dag, ir)]
    dags = [ir["root"], *components.values()]
    tasks = [task for dag in dags for task in dag.get("dag", {}).get("tasks", {}).values()]
    used = {task["componentRef"]["name"] for task in tasks}
    labels = {component.get("executorLabel") for component in components.values()}
    unused = [*(components.keys() - used), *(executors.keys() - labels)]
    lost = [label for label in labels - {None} if label not in executors]
    return [*named, *(f"unused {name}" for name in unused), *(f"no executor {x}" for x in lost)]


def _in(component: Mapping, ir: Mapping) -> Iterator[str]:
    dag = component.get("dag", {})
    tasks = dag.get("tasks", {})
    for name, task in tasks.items():
        if task["componentRef"]["name"] not in ir["components"]:
            yield f"{name}: no component {task['componentRef']['name']}"
        for each in task.get("dependentTasks", ()):
            if each not in tasks:
                yield f"{name}: follows {each}"
        yield from _producers(task.get("inputs", {}), task.get("dependentTasks", ()), ir, tasks)
    yield from _producers(dag.get("outputs", {}), tasks, ir, tasks)
    shown = {name for kind in dag.get("outputs", {}).values() for name in kind}
    defined = {name for kind in component.get("outputDefinitions", {}).values() for name in kind}
    if dag and shown != defined:
        yield f"outputs {shown ^ defined}"


def _producers(part: object, followed: object, ir: Mapping, tasks: Mapping) -> Iterator[str]:
    """Yield sources that are no task, give no such output, or are not waited for."""
    for source in _sources(part):
        producer = source.get("producerTask", source.get("producerSubtask"))
        key = source.get("outputParameterKey", source.get("outputArtifactKey"))
        if producer not in tasks or producer not in followed:
            yield f"no producer {producer}"
        elif key is not None:
            component = ir["components"][tasks[producer]["componentRef"]["name"]]
            if not any(key in kind for kind in component.get("outputDefinitions", {}).values()):
                yield f"{producer} has no output {key}"


def _sources(part: object) -> Iterator[Mapping]:
    if isinstance(part, Mapping):
        if "producerTask" in part or "producerSubtask" in part:
            yield part
        part = list(part.values())
    if isinstance(part, list):
        for value in part:
            yield from _sources(value)
