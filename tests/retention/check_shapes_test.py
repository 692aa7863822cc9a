#!/usr/bin/env python3
"""What check_shapes.py calls right and wrong."""
import copy
import unittest

from check_shapes import complaints, plain_name
from memory import Mapping, pieces

TRUTH = {
    "held": "reachable", "also": [], "root_kind": "global",
    "root": "shapes::(anonymous namespace)::g_list", "root_offset": 16,
    "path": [{"bytes": 24, "type": "list node", "repeated": 3},
             {"bytes": 64, "offset": 16, "interior": False, "repeated": 1}],
}
ANSWER = {
    "held": "reachable", "root_kind": "global",
    "root": "shapes::g_list[abi:cxx11]+16 (list.cc)",
    "path": [{"bytes": 24, "type": "std::list node", "offset": 0},
             {"bytes": 24, "type": "std::list node", "repeated": 2},
             {"bytes": 64, "offset": 16, "interior": False}],
}
STACK = {"held": "doubtful", "also": ["reachable"], "root_kind": "stack",
         "also_kind": "mapping", "thread": 4711}


def changed(**fields):
    return {**copy.deepcopy(ANSWER), **fields}


class Complaints(unittest.TestCase):
    def test_runs_may_be_grouped_as_the_reader_likes(self):
        self.assertEqual(complaints(TRUTH, ANSWER), [])

    def test_a_wrong_answer_is_one_complaint(self):
        self.assertEqual(complaints(TRUTH, changed(held="unreachable")),
                         ["unreachable, wanted reachable"])
        self.assertEqual(complaints(TRUTH, changed(root_kind="stack")),
                         ["root kind stack, wanted global"])

    def test_root_and_offset_are_compared(self):
        for root in ("shapes::g_map+16", "shapes::g_list+8", "g_list+16"):
            self.assertEqual(len(complaints(TRUTH, changed(root=root))), 1)

    def test_each_holder_is_compared(self):
        self.assertEqual(complaints(TRUTH, changed(path=ANSWER["path"][1:])),
                         ["3 blocks on the way, wanted 4"])
        for field, value in (("bytes", 65), ("offset", 8), ("interior", True)):
            answer = changed()
            answer["path"][-1][field] = value
            self.assertEqual(len(complaints(TRUTH, answer)), 1)

    def test_a_type_is_neither_missing_nor_wrong(self):
        answer = changed()
        answer["path"][0]["type"] = "map node"
        self.assertEqual(complaints(TRUTH, answer),
                         ["type map node, wanted list node"])
        answer["path"][0]["type"] = ""
        self.assertEqual(complaints(TRUTH, answer),
                         ["type none, wanted list node"])

    def test_a_stack_is_told_by_its_thread(self):
        for root, wrong in (("stack of thread 4711 in run", 0),
                            ("stack of thread 47112 in run", 1)):
            answer = {"held": "doubtful", "root_kind": "stack", "root": root}
            self.assertEqual(len(complaints(STACK, answer)), wrong)

    def test_a_thread_local_variable_may_be_told_with_its_thread(self):
        truth = {"held": "reachable", "also": [], "root_offset": 8,
                 "root_kind": "thread-local", "root": "shapes::t_struct"}
        for root, wrong in (("shapes::t_struct+8 of thread 4711", 0),
                            ("shapes::t_pointer", 1)):
            answer = {"held": "reachable", "root_kind": "thread-local",
                      "root": root}
            self.assertEqual(len(complaints(truth, answer)), wrong)

    def test_a_second_kind_is_taken_without_its_details(self):
        answer = {"held": "reachable", "root_kind": "mapping", "root": "x"}
        self.assertEqual(complaints(STACK, answer), [])

    def test_lost_blocks_have_no_root(self):
        lost = {"held": "unreachable", "also": []}
        self.assertEqual(complaints(lost, {"held": "unreachable"}), [])
        self.assertEqual(len(complaints(lost, {"held": "doubtful"})), 1)


class PlainName(unittest.TestCase):
    def test_noise_is_taken_off(self):
        for name, plain in (("g_rooms (chat.cpp)", ("g_rooms", 0)),
                            ("a::(anonymous namespace)::b+0x10", ("a::b", 16)),
                            ("f()::kept", ("f()::kept", 0)),
                            ("f(int)::kept+8", ("f(int)::kept", 8))):
            self.assertEqual(plain_name(name), plain)


class Pieces(unittest.TestCase):
    def test_what_lies_behind_a_modules_memory_is_not_the_modules(self):
        # The kernel shows a .bss and an anonymous mapping behind it as one.
        mapping = Mapping("3000-9000 rw-p 00000000 00:00 0 ")
        self.assertEqual(list(pieces(mapping, [(0x1000, 0x4000)])),
                         [(0x3000, 0x4000, True), (0x4000, 0x9000, False)])
        self.assertEqual(list(pieces(mapping, [(0xa000, 0xb000)])),
                         [(0x3000, 0x9000, False)])
        self.assertEqual(list(pieces(mapping, [(0x4000, 0x5000)])),
                         [(0x3000, 0x4000, False), (0x4000, 0x5000, True),
                          (0x5000, 0x9000, False)])


if __name__ == "__main__":
    unittest.main()
