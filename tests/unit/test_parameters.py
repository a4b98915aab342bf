"""What is typed for a flow: its parameters by their options, wrong ones told before anything is started."""

import pytest

from robot.cli.running import given_by
from robot.drive.run import check_parameters
from robot.errors import UsageError
from robot.flow import Receipt, flow


@flow("look", "Look.")
def look(session, organisation, dossier, period, round_number=1):
    return Receipt(kind="look", number=f"{session}{organisation}{dossier}{period}{round_number}")


@flow("glance", "Glance.")
def glance(session, organisation):
    return Receipt(kind="glance", number=f"{session}{organisation}")


def test_a_flows_own_parameters_are_texts_by_name():
    """The last one counts, and a value may hold the sign itself or be blank."""
    assert given_by(["period=09/2026", "note=a=b", "period=10/2026", "blank="]) == {
        "period": "10/2026",
        "note": "a=b",
        "blank": "",
    }


@pytest.mark.parametrize("wrong", ["period", "=x", "dossier=x.xml", "round_number=2", "two words=1", ""])
def test_what_is_not_written_so_is_refused(wrong):
    """With what was typed; what has an option of its own is given by that."""
    with pytest.raises(UsageError, match="NAME=VALUE") as refused:
        given_by([wrong])
    assert (refused.value.text.fills["found"], refused.value.text.fills["options"]) == (wrong, "--dossier, --round")


@pytest.mark.parametrize(
    ("asked", "given", "option"),
    [
        (look, {"period": "1"}, "--dossier"),
        (look, {"dossier": "d"}, "--with period=…"),
        (glance, {"round_number": 2}, "--round"),
        (glance, {"period": "1"}, "--with period=…"),
    ],
)
def test_the_option_of_a_parameter_is_named(asked, given, option):
    """Of one that is missing, and of one that the flow does not use."""
    with pytest.raises(UsageError) as refused:
        check_parameters(asked, given)
    assert option == refused.value.text.fills["parameter"]
