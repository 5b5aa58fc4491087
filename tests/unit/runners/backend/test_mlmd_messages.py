from __future__ import annotations

from eeipu_kfp.runners.backend.mlmd_messages import message_class
from tests.kfp_double.messages import message as their_message


def test_what_the_store_writes_is_read_with_fields_left_out() -> None:
    written = their_message("Execution", id=7, last_known_state=3, type="system.DAGExecution")
    written.custom_properties["task_name"].string_value = "train"
    written.custom_properties["outputs"].struct_value.update({"rows": 3, "names": ["a"]})

    read = message_class("Execution").FromString(written.SerializeToString())

    assert (read.id, read.last_known_state, read.type) == (7, 3, "system.DAGExecution")
    properties = {entry.key: entry.value for entry in read.custom_properties}
    assert properties["task_name"].string_value == "train"
    assert properties["outputs"].struct_value.fields["rows"].number_value == 3.0


def test_what_is_not_there_can_be_told_from_zero() -> None:
    value = message_class("Value")

    assert value(int_value=0).HasField("int_value")
    assert not value().HasField("int_value")
