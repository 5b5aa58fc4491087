"""The messages of ML Metadata (MLMD) that a reader needs, as protobuf classes.

The `ml-metadata` package wants a protobuf that is too old for kfp. Protobuf skips the fields that
are left out here, and enums read as integers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from google.protobuf import (  # type: ignore[import-untyped]
    descriptor_pb2,
    descriptor_pool,
    message_factory,
    struct_pb2,
)

_PACKAGE = "ml_metadata"
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "Value": (
        "int64 int_value = 1",
        "double double_value = 2",
        "string string_value = 3",
        "Struct struct_value = 4",
        "bool bool_value = 6",
    ),
    "Property": ("string key = 1", "Value value = 2"),
    "Artifact": (
        "int64 id = 1",
        "string uri = 3",
        "repeated Property custom_properties = 5",
        "string type = 8",
    ),
    "Step": ("int64 index = 1", "string key = 2"),
    "Path": ("repeated Step steps = 1",),
    "Event": (
        "int64 artifact_id = 1",
        "int64 execution_id = 2",
        "Path path = 3",
        "int32 type = 4",
    ),
    "Execution": (
        "int64 id = 1",
        "int32 last_known_state = 3",
        "repeated Property custom_properties = 5",
        "string type = 7",
        "int64 create_time_since_epoch = 8",
        "int64 last_update_time_since_epoch = 9",
    ),
    "Context": ("int64 id = 1",),
    "GetContextByTypeAndNameRequest": ("string type_name = 1", "string context_name = 2"),
    "GetContextByTypeAndNameResponse": ("Context context = 1",),
    "GetExecutionsByContextRequest": ("int64 context_id = 1",),
    "GetExecutionsByContextResponse": ("repeated Execution executions = 1",),
    "GetEventsByExecutionIDsRequest": ("repeated int64 execution_ids = 1",),
    "GetEventsByExecutionIDsResponse": ("repeated Event events = 1",),
    "GetArtifactsByContextRequest": ("int64 context_id = 1",),
    "GetArtifactsByContextResponse": ("repeated Artifact artifacts = 1",),
}
_Field = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "int64": _Field.TYPE_INT64,
    "int32": _Field.TYPE_INT32,
    "double": _Field.TYPE_DOUBLE,
    "string": _Field.TYPE_STRING,
    "bool": _Field.TYPE_BOOL,
}


def message_class(name: str) -> Any:
    """Return the class of a message of MLMD by its name."""
    return message_factory.GetMessageClass(_POOL.FindMessageTypeByName(f"{_PACKAGE}.{name}"))


def _pool() -> descriptor_pool.DescriptorPool:
    """Return a pool of its own: the default one may hold the messages of `ml-metadata`."""
    file = descriptor_pb2.FileDescriptorProto(
        name="eeipu_kfp/ml_metadata.proto",
        package=_PACKAGE,
        syntax="proto2",
        dependency=[struct_pb2.DESCRIPTOR.name],
        message_type=[
            descriptor_pb2.DescriptorProto(name=name, field=[_field(text) for text in fields])
            for name, fields in _FIELDS.items()
        ],
    )
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(struct_pb2.DESCRIPTOR.serialized_pb)
    pool.AddSerializedFile(file.SerializeToString())
    return pool


def _field(text: str) -> descriptor_pb2.FieldDescriptorProto:
    *repeated, kind, name, _, number = text.split()
    label = _Field.LABEL_REPEATED if repeated else _Field.LABEL_OPTIONAL
    field = _Field(name=name, number=int(number), label=label)
    if kind in _SCALARS:
        field.type = _SCALARS[kind]
    else:
        field.type = _Field.TYPE_MESSAGE
        package = "google.protobuf" if kind == "Struct" else _PACKAGE
        field.type_name = f".{package}.{kind}"
    return field


_POOL = _pool()
