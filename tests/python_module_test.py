"""The module gives the program's numbers: fold, features, arms, classify, design on the shipped examples; errors; threads.

    python_module_test.py PROGRAM EXAMPLES
"""

import csv
import io
import subprocess
import sys
import threading
import time
import unittest

import numpy as np
import stemloop

PROGRAM, EXAMPLES = sys.argv[1], sys.argv[2] + "/hairpins.fa"


def table(*arguments):
    text = subprocess.run([PROGRAM, *arguments, "-q", EXAMPLES], check=True, capture_output=True, text=True).stdout
    return list(csv.DictReader(io.StringIO(text), delimiter="\t", quoting=csv.QUOTE_NONE))


SEQUENCES = [row["sequence"] for row in table("fold", "--format", "tsv")]


class SameNumbers(unittest.TestCase):
    def test_fold(self):
        rows = table("fold", "--pf", "--format", "tsv")
        ours = stemloop.fold(SEQUENCES, ensemble=True)
        self.assertEqual(ours["structure"], [row["structure"] for row in rows])
        self.assertEqual(ours["centroid_structure"], [row["centroid_structure"] for row in rows])
        np.testing.assert_allclose(ours["mfe"], [float(row["mfe"]) for row in rows], atol=1e-9)
        np.testing.assert_allclose(ours["ensemble_energy"], [float(row["ensemble_energy"]) for row in rows], atol=6e-5)

    def test_features(self):
        rows, ours = table("features"), stemloop.features(SEQUENCES)
        self.assertEqual(list(ours), [name for name in rows[0] if name != "id"])
        for name, column in ours.items():
            for cell, value in zip((row[name] for row in rows), column):
                if cell == "":
                    self.assertTrue(value is None or np.isnan(value), name)
                elif cell in ("True", "False"):
                    self.assertEqual(bool(value), cell == "True", name)
                elif isinstance(value, str):
                    self.assertEqual(value, cell, name)
                else:
                    self.assertAlmostEqual(value, float(cell), places=12, msg=name)

    def test_classify(self):
        rows, ours = table("classify"), stemloop.classify(SEQUENCES)
        self.assertEqual(list(ours), [name for name in rows[0] if name != "id"])
        self.assertEqual(list(ours["label"]), [row["label"] for row in rows])
        np.testing.assert_allclose(ours["probability"], [float(row["probability"]) for row in rows], atol=6e-5)

    def test_arms(self):
        rows, ours = table("arms"), stemloop.arms(SEQUENCES)
        for row, arms in zip(rows, ours):
            if arms is None or arms["fault"]:
                continue
            self.assertEqual(arms["5p"], (int(row["5p_start"]) - 1, int(row["5p_end"])))
            self.assertEqual(arms["3p_sequence"], row["3p_sequence"])

    def test_picture(self):
        ours = stemloop.picture(SEQUENCES)
        self.assertEqual(ours["colour"].shape, (len(SEQUENCES), 2, 100))
        self.assertEqual(ours["bond"].shape, (len(SEQUENCES), 200))
        self.assertTrue(set(np.unique(ours["bond"])) <= {-1, 0, 1})


    def test_design(self):
        structures = ["((((((((((....))))))))))", "((((((.((((((....)))))).))))))"]
        text = subprocess.run([PROGRAM, "design", "-q", "-n", "2", "--seed", "3"] +
                              [word for s in structures for word in ("--structure", s)],
                              check=True, capture_output=True, text=True).stdout.splitlines()
        ours = stemloop.design(structures, count=2, seed=3)
        self.assertEqual(ours["sequence"], [line for line in text if line[0] in "ACGU"])
        told = [float(line.split("p=")[1].split()[0]) for line in text if line[0] == ">"]
        np.testing.assert_allclose(ours["probability"], told, atol=6e-4)
        self.assertEqual(stemloop.fold(ours["sequence"])["structure"], [s for s in structures for _ in range(2)])


class Behaviour(unittest.TestCase):
    def test_empty_list(self):
        self.assertEqual(stemloop.fold([])["structure"], [])
        self.assertEqual(stemloop.arms([]), [])

    def test_errors_name_the_sequence(self):
        for bad, words in ((["ACGU", "AC*GU"], "sequence 1: '*' is no letter"), ([""], "sequence 0 is empty")):
            with self.assertRaisesRegex(ValueError, words.replace("*", r"\*")):
                stemloop.fold(bad)
        with self.assertRaisesRegex(stemloop.Error, "sequence 1: there is no hairpin loop"):
            stemloop.picture([SEQUENCES[0], "AAAAAAAA"])
        with self.assertRaisesRegex(stemloop.Error, "structure 1: "):
            stemloop.design(["((((....))))", "((("])
        with self.assertRaisesRegex(stemloop.Error, "no model called 'nothing'"):
            stemloop.classify(SEQUENCES[:1], model="nothing")

    def test_threads_change_nothing(self):
        one, many = (stemloop.classify(SEQUENCES * 4, threads=t) for t in (1, 3))
        np.testing.assert_array_equal(one["probability"], many["probability"])

    def test_the_interpreter_runs_on(self):
        ticks, done = [], threading.Event()

        def tick():
            while not done.is_set():
                ticks.append(time.monotonic())
                time.sleep(0.001)

        clock = threading.Thread(target=tick)
        clock.start()
        begin = time.monotonic()
        stemloop.fold(SEQUENCES * 60, ensemble=True)
        end = time.monotonic()
        done.set()
        clock.join()
        self.assertGreater(sum(begin < t < end for t in ticks), 5)


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
