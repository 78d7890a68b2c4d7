"""The spool, and who puts reports into it."""

from __future__ import annotations

import json
import sqlite3
import time
from pathlib import Path
from unittest import mock

from support import WithData

from grpo_studio.keeper import Keeper
from grpo_studio.limits import REPORT, TEXT, encode, opening_within, shorten, units
from grpo_studio.spool import Spool, key_of, lock_of, new_path, writer_of


def group(step: int, text: str = "text") -> dict:
    return {"kind": "group", "step": step, "group": 0, "prompt": "p", "answer": "", "completions": [{"text": text}]}


class Files(WithData):
    def test_numbers_go_on_after_all_was_delivered(self) -> None:
        path = new_path(self.spool, "key-of-a-run")
        self.assertEqual((key_of(path), len(writer_of(path)) > 20), ("key-of-a-run", True))
        spool = Spool(path)
        spool.append([("step", b"{}"), ("step", b"{}")])
        spool.forget(2)
        spool.close()
        spool = Spool(path)
        spool.append([("step", b'{"a":1}')])
        self.assertEqual([tuple(row) for row in spool.batch(10, 100)], [(3, b'{"a":1}')])
        self.assertEqual((spool.first(), spool.last()), (3, 3))
        spool.close()

    def test_a_batch_has_one_report_at_least_and_no_more_bytes_than_asked(self) -> None:
        spool = Spool(new_path(self.spool, "key-of-a-run"))
        spool.append([("step", b"x" * 100) for _ in range(10)])
        self.assertEqual(len(spool.batch(10, 350)), 3)
        self.assertEqual(len(spool.batch(10, 1)), 1)
        self.assertEqual(len(spool.batch(4, 10_000)), 4)
        spool.close()

    def test_one_process_holds_a_lock(self) -> None:
        path = new_path(self.spool, "key-of-a-run")
        self.spool.mkdir()
        one, two = lock_of(path), lock_of(path)
        self.assertTrue(one.take())
        self.assertFalse(two.take())
        one.release()
        self.assertTrue(two.take())
        two.release()


class Keeping(WithData):
    def keeper(self, **options: int) -> Keeper:
        self.spool.mkdir()
        self.path = new_path(self.spool, "key-of-a-run")
        return Keeper(self.path, lambda: None, **options)

    def kinds(self) -> list:
        spool = Spool(self.path)
        rows = spool.batch(1000, 1 << 30)
        spool.close()
        return [json.loads(row.body)["kind"] for row in rows]

    def test_a_report_is_on_disk_when_the_call_returns(self) -> None:
        keeper = self.keeper()
        keeper.append(group(1), 5)
        self.assertEqual(self.kinds(), ["group"])
        keeper.close(5)

    def test_a_slow_disk_is_waited_for_no_longer_than_the_bound(self) -> None:
        def slow(spool: Spool, reports: list) -> None:
            time.sleep(0.4)
            real(spool, reports)

        real = Spool.append
        with mock.patch.object(Spool, "append", slow):
            keeper = self.keeper()
            started = time.monotonic()
            for step in range(5):
                keeper.append(group(step), 0.02)
            self.assertLess(time.monotonic() - started, 0.3)
            self.assertTrue(keeper.close(10))
        self.assertEqual(len(self.kinds()), 5)

    def test_a_disk_that_takes_nothing_for_a_while_loses_nothing(self) -> None:
        def full(spool: Spool, reports: list) -> None:
            if time.monotonic() < until_:
                raise sqlite3.OperationalError("database or disk is full")
            real(spool, reports)

        real, until_ = Spool.append, time.monotonic() + 0.5
        with mock.patch.object(Spool, "append", full), self.assertLogs("grpo_studio", "WARNING"):
            keeper = self.keeper()
            for step in range(5):
                keeper.append(group(step), 0.05)
            self.assertTrue(keeper.close(10))
        self.assertEqual(self.kinds(), ["group"] * 5)

    def test_what_has_no_room_is_counted_and_told(self) -> None:
        with self.assertLogs("grpo_studio", "WARNING") as logs:
            keeper = self.keeper(reserve=1 << 60)
            keeper.append(group(3), 5)
            keeper.append(group(4), 5)
            keeper.append({"kind": "step", "step": 4, "at": "", "metrics": {}}, 5)
            keeper._reserve = 0
            keeper.append({"kind": "step", "step": 5, "at": "", "metrics": {}}, 5)
            keeper.close(5)
        self.assertEqual(self.kinds(), ["step", "step", "event"])
        self.assertIn("2 groups of steps 3 to 4 were not kept", "".join(logs.output))


class Limits(WithData):
    def test_a_long_text_says_that_it_was_shortened(self) -> None:
        text = shorten("x" * (TEXT + 1), TEXT)
        self.assertEqual(units(text), TEXT)
        self.assertIn("shortened by grpo-studio: 10000001 characters", text)
        emoji = shorten("\U0001f600" * 200, 300)
        self.assertLessEqual(units(emoji), 300)
        self.assertEqual(shorten("same", 4), "same")

    def test_a_group_that_is_too_large_fits_with_marks(self) -> None:
        report = group(1)
        report["completions"] = [
            {"text": "a" * 9_000_000, "logprobs": [-0.5] * 1000, "tokenTexts": ["a"] * 1000},
            {"text": "b" * 9_000_000},
            {"text": "short"},
        ]
        body = encode(report)
        self.assertLessEqual(len(body), REPORT)
        texts = [one["text"] for one in json.loads(body)["completions"]]
        self.assertIn("shortened by grpo-studio: 9000000 characters", texts[0])
        self.assertEqual(texts[2], "short")
        self.assertEqual(report["completions"][0]["text"], "a" * 9_000_000, "what was given stays as it is")

    def test_what_json_lacks_becomes_null_or_text(self) -> None:
        odd = {
            "kind": "step",
            "step": 1,
            "at": "",
            "metrics": {"a": float("inf"), "b": 1},
            "settings": {"c": Path("x")},
        }
        self.assertEqual(json.loads(encode(odd))["metrics"], {"a": None, "b": 1})
        broken = json.loads(encode(group(1, "broken \ud83d sign")))
        self.assertEqual(broken["completions"][0]["text"], "broken ? sign")

    def test_a_configuration_that_is_too_large_keeps_its_short_values(self) -> None:
        opening = opening_within({"title": " ", "config": {"long": "x" * (2 << 20), "short": 1}})
        self.assertEqual((opening["title"], opening["config"]), ("run", {"short": 1}))
