"""What a session's agent may sign: one hash a run, as it was announced; and a run's own agent its number of signatures."""

from pathlib import Path

from robot.signing.agent import AgentConfig
from robot.signing.agent.errands import ANY, Errand, Errands

ONE, OTHER = "1a" * 32, "2b" * 32


def errands(**facts) -> Errands:
    nowhere = {name: Path("nowhere") for name in ("home", "folder", "profile", "relay", "call_log")}
    return Errands(AgentConfig(run="session", mode="pkcs11", ledger_url="", address="", authkey="", **nowhere, **facts))


def test_a_hash_is_signed_once_for_the_run_that_announced_it():
    """Two dossiers under way: each hash belongs to its run, is used up by one signature, and no other hash is signed."""
    open_ones = errands(errands=True)
    open_ones.tell(Errand("a", ONE))
    open_ones.tell(Errand("b", OTHER))
    found = open_ones.find(OTHER.upper())
    assert Errand("b", OTHER) == found
    open_ones.made(found)
    assert open_ones.find(OTHER) is None
    assert open_ones.find("3c" * 32) is None
    open_ones.over("a")
    assert open_ones.find(ONE) is None


def test_a_run_announces_one_hash_at_a_time():
    """What a run announces takes the place of what it announced before; any hash may be meant where none is known."""
    open_ones = errands(errands=True)
    open_ones.tell(Errand("a", ONE))
    open_ones.tell(Errand("a", ANY))
    assert Errand("a", ANY) == open_ones.find(OTHER)


def test_a_runs_own_agent_signs_so_often_whatever_it_is_told():
    """Without errands the limit holds, and nothing that is announced adds to it."""
    open_ones = errands(limit=1)
    open_ones.tell(Errand("a", ONE))
    found = open_ones.find(ONE)
    assert found is not None
    assert "session" == found.run
    open_ones.made(found)
    assert open_ones.find(ONE) is None
