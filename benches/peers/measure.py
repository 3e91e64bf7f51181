"""Runs one program to its end and says what it took: measure.py STDOUT STDERR PROGRAM ARGUMENT...

Prints wall seconds, CPU seconds, peak memory in KiB and the exit code. It is a program of its own, and a small one, because
Linux counts the memory of whoever starts a program into that program's peak: this one's, about 9 MiB, is the least that can be told.
"""

import os
import sys
import time


def main():
    stdout, stderr, *command = sys.argv[1:]
    wanted = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    actions = [
        (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
        (os.POSIX_SPAWN_OPEN, 1, stdout, wanted, 0o644),
        (os.POSIX_SPAWN_OPEN, 2, stderr, wanted, 0o644),
    ]
    start = time.perf_counter()
    child = os.posix_spawnp(command[0], command, os.environ, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - start
    print(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss, os.waitstatus_to_exitcode(status))


main()
