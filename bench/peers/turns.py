"""Waits for the name of a piece of work on stdin, does it once, and answers with the seconds that it took."""
import sys
import time


def serve(works):
    for work in works.values():
        work()
    print("ready", flush=True)
    for line in sys.stdin:
        work = works[line.strip()]
        began = time.perf_counter()
        work()
        print(time.perf_counter() - began, flush=True)
