"""Put on the path of a worker under test: lies about the time, or gives its helper processes less memory than they need."""

import os
import sys
import time

if offset := float(os.environ.get("FAULT_CLOCK", 0)):
    real_time, real_replace = time.time, os.replace

    def time_of_a_wrong_clock():
        return real_time() + offset

    def replace_with_its_time(source, target, **places):
        real_replace(source, target, **places)
        os.utime(target, (time.time(), time.time()))

    time.time, os.replace = time_of_a_wrong_clock, replace_with_its_time

if megabytes := int(os.environ.get("FAULT_HELPER_MEGABYTES", 0)):
    import resource

    def limit():
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))

    if any("spawn_main" in word for word in sys.orig_argv):
        limit()
    os.register_at_fork(after_in_child=limit)
