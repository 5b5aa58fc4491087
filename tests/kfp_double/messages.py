"""The messages of ML Metadata that Kubeflow Pipelines uses, in the fields that are needed."""

from __future__ import annotations

from typing import Any

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2

_PACKAGE = "ml_metadata"
_VALUES = "map<string, Value>"
_FIELDS: dict[str, dict[int, tuple[str, str]]] = {
    "Value": {
        1: ("int64", "int_value"),
        2: ("double", "double_value"),
        3: ("string", "string_value"),
        4: ("Struct", "struct_value"),
        6: ("bool", "bool_value"),
    },
    "Artifact": {
        1: ("int64", "id"),
        3: ("string", "uri"),
        5: (_VALUES, "custom_properties"),
        6: ("int32", "state"),
        8: ("string", "type"),
        9: ("int64", "create_time_since_epoch"),
        10: ("int64", "last_update_time_since_epoch"),
    },
    "Step": {1: ("int64", "index"), 2: ("string", "key")},
    "Path": {1: ("repeated Step", "steps")},
    "Event": {
        1: ("int64", "artifact_id"),
        2: ("int64", "execution_id"),
        3: ("Path", "path"),
        4: ("int32", "type"),
        5: ("int64", "milliseconds_since_epoch"),
    },
    "Execution": {
        1: ("int64", "id"),
        3: ("int32", "last_known_state"),
        5: (_VALUES, "custom_properties"),
        7: ("string", "type"),
        8: ("int64", "create_time_since_epoch"),
        9: ("int64", "last_update_time_since_epoch"),
    },
    "Context": {
        1: ("int64", "id"),
        3: ("string", "name"),
        5: (_VALUES, "custom_properties"),
        6: ("string", "type"),
    },
    "ListOperationOptions": {1: ("int32", "max_result_size"), 3: ("string", "next_page_token")},
    "GetContextByTypeAndNameRequest": {1: ("string", "type_name"), 2: ("string", "context_name")},
    "GetContextByTypeAndNameResponse": {1: ("Context", "context")},
    "GetExecutionsByContextRequest": {
        1: ("int64", "context_id"),
        2: ("ListOperationOptions", "options"),
    },
    "GetExecutionsByContextResponse": {
        1: ("repeated Execution", "executions"),
        2: ("string", "next_page_token"),
    },
    "GetEventsByExecutionIDsRequest": {1: ("repeated int64", "execution_ids")},
    "GetEventsByExecutionIDsResponse": {1: ("repeated Event", "events")},
    "GetArtifactsByContextRequest": {
        1: ("int64", "context_id"),
        2: ("ListOperationOptions", "options"),
    },
    "GetArtifactsByContextResponse": {
        1: ("repeated Artifact", "artifacts"),
        2: ("string", "next_page_token"),
    },
}
_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "int32": _Field.TYPE_INT32,
    "int64": _Field.TYPE_INT64,
    "double": _Field.TYPE_DOUBLE,
    "string": _Field.TYPE_STRING,
    "bool": _Field.TYPE_BOOL,
}


def _file() -> descriptor_pb2.FileDescriptorProto:
    file = descriptor_pb2.FileDescriptorProto(
        name="kfp_double.proto",
        package=_PACKAGE,
        syntax="proto2",
        dependency=["google/protobuf/struct.proto"],
    )
    for name, fields in _FIELDS.items():
        message = file.message_type.add(name=name)
        for number, (kind, field) in fields.items():
            _add_field(message, number, kind, field)
        if name in {"Value", "Step"}:
            message.oneof_decl.add(name="value")
            for each in message.field:
                each.oneof_index = 0
    return file


def _add_field(message: Any, number: int, kind: str, name: str) -> None:
    field = message.field.add(name=name, number=number, label=_Field.LABEL_OPTIONAL)
    if kind.startswith("repeated "):
        field.label = _Field.LABEL_REPEATED
    word = kind.removeprefix("repeated ")
    if kind == _VALUES:
        field.label = _Field.LABEL_REPEATED
        word = _add_entry(message, name)
    if word in _SCALARS:
        field.type = _SCALARS[word]
    else:
        field.type = _Field.TYPE_MESSAGE
        package = "google.protobuf" if word == "Struct" else _PACKAGE
        field.type_name = f".{package}.{word}"


def _add_entry(message: Any, field: str) -> str:
    name = "".join(part.capitalize() for part in field.split("_")) + "Entry"
    entry = message.nested_type.add(name=name)
    entry.options.map_entry = True
    _add_field(entry, 1, "string", "key")
    _add_field(entry, 2, "Value", "value")
    return f"{message.name}.{name}"


def _classes() -> dict[str, Any]:
    # A pool of its own, for the tuner declares messages of the same names.
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    pool.Add(_file())
    return {
        name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{_PACKAGE}.{name}"))
        for name in _FIELDS
    }


_CLASSES = _classes()


def message(kind: str, /, **fields: Any) -> Any:
    """Return a message of ML Metadata."""
    return _CLASSES[kind](**fields)


def message_class(name: str) -> Any:
    """Return the class of a message."""
    return _CLASSES[name]
