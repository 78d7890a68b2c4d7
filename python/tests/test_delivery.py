"""What is reported comes to the app once and in order, whatever it answers."""

from __future__ import annotations

import logging
import os
import time
from typing import Any, Dict, Optional
from unittest import mock

from stub import Stub
from support import WithData, until

from grpo_studio.__main__ import main
from grpo_studio.spool import Spool, spools


def completion(text: str) -> Dict[str, Any]:
    return {"text": text, "tokens": 3, "finishReason": "stop", "reward": 1.0}


class Delivery(WithData):
    def test_a_run_from_beginning_to_end(self) -> None:
        stub = self.stub()
        run = self.run_of(settings={"temperature": 1.0}, knobs=["temperature"], total_steps=2)
        for step in (1, 2):
            run.group(step, 0, "2 + 2?", [completion("4"), completion("5")], "4")
            run.step(step, {"reward": 0.5, "loss": float("nan")}, seconds=1.5)
        run.finish(2)
        kinds = [report["kind"] for report in stub.reports(run.key)]
        self.assertEqual(kinds, ["group", "step", "group", "step", "status"])
        self.assertIsNone(stub.reports(run.key, "step")[0]["metrics"]["loss"])
        self.assertEqual(stub.openings[0]["source"]["engine"], "trl")
        self.assertEqual(list(spools(self.spool)), [], "nothing waits, so nothing lies there")

    def test_what_is_reported_while_the_app_is_away_comes_later(self) -> None:
        first = self.run_of("run-of-a-test")
        for step in range(1, 21):
            first.step(step, {"reward": step})
        started = time.monotonic()
        first.close(5)
        self.assertLess(time.monotonic() - started, 2, "an app that is away is not waited for")
        self.assertEqual(len(list(spools(self.spool))), 1)
        stub = self.stub()
        second = self.run_of("run-of-a-test", resumed_from=20)
        second.step(21, {"reward": 21})
        second.close(5)
        self.assertEqual([one["step"] for one in stub.reports("run-of-a-test")], list(range(1, 22)))
        self.assertEqual([one["resumedFrom"] for one in stub.openings], [None, 20])
        self.assertEqual(list(spools(self.spool)), [])

    def test_what_other_runs_left_comes_too(self) -> None:
        gone = self.run_of("run-that-ended")
        gone.step(1, {})
        gone.close(0)
        stub = self.stub()
        run = self.run_of()
        run.step(1, {})
        until(lambda: len(stub.reports("run-that-ended")) == 1)

    def test_the_app_comes_back_at_another_port(self) -> None:
        run = self.run_of()
        run.step(1, {})
        first = self.stub()
        until(lambda: len(first.reports(run.key)) == 1)
        first.close()
        run.step(2, {})
        second = self.stub()
        until(lambda: len(second.reports(run.key)) == 2)
        self.assertEqual([one["step"] for one in second.reports(run.key)], [1, 2])

    def test_answers_that_are_lost_double_nothing(self) -> None:
        stub = self.stub(drop=0.4)
        run = self.run_of()
        for step in range(1, 61):
            run.step(step, {})
        until(lambda: len(stub.reports(run.key)) >= 60, 20)
        self.assertEqual([one["step"] for one in stub.reports(run.key)], list(range(1, 61)))
        self.assertGreater(len(stub.requests), 4)

    def test_back_pressure_is_waited_out(self) -> None:
        stub = self.stub()
        stub.wait = 0.3
        run = self.run_of()
        run.step(1, {})
        until(lambda: ("POST", f"/ingest/v1/runs/{run.key}/reports") in stub.requests)
        self.assertEqual(stub.reports(run.key), [])
        stub.wait = 0
        until(lambda: len(stub.reports(run.key)) == 1)

    def test_a_batch_that_is_too_large_is_split(self) -> None:
        stub = self.stub()
        sizes = []
        deliver = stub.deliver

        def small(key: str, delivery: Dict[str, Any]) -> Any:
            sizes.append(len(delivery["reports"]))
            return deliver(key, delivery) if len(delivery["reports"]) <= 3 else (413, {"message": "too large"})

        stub.deliver = small  # type: ignore[method-assign]
        (self.data / "listening.json").rename(self.data / "hidden")
        run = self.run_of()
        for step in range(1, 31):
            run.step(step, {})
        (self.data / "hidden").rename(self.data / "listening.json")
        until(lambda: len(stub.reports(run.key)) == 30)
        self.assertEqual([one["step"] for one in stub.reports(run.key)], list(range(1, 31)))
        self.assertGreater(max(sizes), 3)

    def test_a_report_that_is_never_accepted_is_set_aside(self) -> None:
        def refuse(report: Dict[str, Any]) -> Optional[int]:
            return 400 if report.get("metrics", {}).get("bad") else None

        stub = self.stub(refuse=refuse)
        run = self.run_of()
        with self.assertLogs("grpo_studio", logging.WARNING):
            for step in range(1, 6):
                run.step(step, {"bad": 1} if step == 3 else {})
            run.close(5)
        told = stub.reports(run.key)
        self.assertEqual([one["step"] for one in told], [1, 2, 3, 4, 5])
        self.assertIn("could not be accepted", told[2]["message"])
        path = next(spools(self.spool))
        spool = Spool(path)
        self.assertEqual((spool.waiting(), spool.aside()), (0, 1))
        spool.close()

    def test_an_app_that_does_not_know_what_it_confirmed_gets_the_rest(self) -> None:
        stub = self.stub()
        run = self.run_of()
        run.step(1, {})
        until(lambda: len(stub.reports(run.key)) == 1)
        with self.assertLogs("grpo_studio", logging.WARNING) as logs:
            stub._db.execute("delete from report")
            stub._db.execute("delete from run")
            run.step(2, {})
            run.step(3, {})
            until(lambda: len(stub.reports(run.key)) == 2)
        self.assertEqual([one["step"] for one in stub.reports(run.key)], [2, 3])
        self.assertIn("does not have 1 reports", "".join(logs.output))

    def test_a_configuration_that_is_refused_does_not_hold_up_the_run(self) -> None:
        stub = self.stub()
        open_ = stub.open

        def strict(key: str, opening: Dict[str, Any]) -> Dict[str, Any]:
            if "config" in opening:
                raise ValueError
            return open_(key, opening)

        stub.open = strict  # type: ignore[method-assign]
        handle = stub.server.RequestHandlerClass._work  # type: ignore[attr-defined]

        def work(handler: Any) -> None:
            try:
                handle(handler)
            except ValueError:
                handler._say(400, {"message": "config: not this"})

        stub.server.RequestHandlerClass.do_PUT = work  # type: ignore[attr-defined]
        run = self.run_of(config={"a": 1})
        run.step(1, {})
        until(lambda: len(stub.reports(run.key)) == 1)
        self.assertEqual(stub.openings[-1]["title"], "a run")


class Apart(WithData):
    """What must not depend on the app, on the network's settings, or on what else lies there."""

    def test_processes_of_one_run_are_writers_of_their_own(self) -> None:
        stub = self.stub()
        ranks = [self.run_of("run-of-two-ranks", listen=rank == 0) for rank in range(2)]
        for step in range(1, 11):
            ranks[1].group(step, 1, "prompt", [completion("b")])
            ranks[0].group(step, 0, "prompt", [completion("a")])
            ranks[0].step(step, {})
        for run in ranks:
            run.close(5)
        told = stub.reports("run-of-two-ranks")
        for place in (0, 1):
            mine = [one["step"] for one in told if one["kind"] == "group" and one["group"] == place]
            self.assertEqual(mine, list(range(1, 11)))
        self.assertEqual(len(stub.writers("run-of-two-ranks")), 2)

    def test_an_app_that_does_not_answer_holds_up_nobody(self) -> None:
        stub = self.stub()
        deliver = stub.deliver

        def slow(key: str, delivery: Dict[str, Any]) -> Any:
            time.sleep(1.5)
            return deliver(key, delivery)

        stub.deliver = slow  # type: ignore[method-assign]
        run = self.run_of()
        run.step(0, {})
        until(lambda: ("POST", f"/ingest/v1/runs/{run.key}/reports") in stub.requests)
        started = time.monotonic()
        for step in range(1, 6):
            run.step(step, {})
        self.assertLess(time.monotonic() - started, 5 * 0.05 + 0.5)
        until(lambda: len(stub.reports(run.key)) == 6)

    def test_no_proxy_is_asked_and_no_redirect_followed(self) -> None:
        stub, other = self.stub(), Stub(self.data / "other")
        self.addCleanup(other.close)
        os.environ.update(http_proxy=other.url, HTTP_PROXY=other.url, all_proxy=other.url)
        run = self.run_of()
        run.step(1, {})
        until(lambda: len(stub.reports(run.key)) == 1)
        stub.redirect = other.url
        run.step(2, {})
        until(lambda: run._courier.away is not None)
        self.assertIn("302", str(run._courier.away))
        stub.redirect = ""
        until(lambda: len(stub.reports(run.key)) == 2)
        self.assertEqual(other.requests, [])

    def test_a_spool_that_cannot_be_read_holds_up_no_other(self) -> None:
        run = self.run_of("run-that-is-whole")
        run.step(1, {})
        run.close(0)
        (self.spool / "run-broken.00000000000000000001-1-abcdef.db").write_bytes(b"not a database" * 1000)
        stub = self.stub()
        with self.assertLogs("grpo_studio", logging.WARNING), mock.patch("builtins.print"):
            self.assertEqual(main(["deliver"]), 1)
        self.assertEqual(len(stub.reports("run-that-is-whole")), 1)
        self.assertEqual([path.name[:10] for path in spools(self.spool)], ["run-broken"])


class Steering(WithData):
    def test_a_command_comes_once_and_its_answer_goes_back(self) -> None:
        stub = self.stub()
        run = self.run_of(knobs=["temperature"])
        run.step(1, {})
        stub.command(run.key, 7, "set", temperature=0.7)
        commands = []
        until(lambda: bool(commands.extend(run.commands(0.1)) or commands))
        self.assertEqual((commands[0].id, commands[0].changes), (7, {"temperature": 0.7}))
        run.step(2, {})
        until(lambda: len(stub.reports(run.key)) == 2)
        self.assertEqual(run.commands(0.1), [], "it was told again, and is known")
        run.answer(commands[0], 3, before={"temperature": 1.0}, settings={"temperature": 0.7})
        until(lambda: stub.commands(run.key) == [])
        self.assertEqual(stub.reports(run.key, "answer")[0]["effectiveStep"], 3)
