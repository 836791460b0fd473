"""Shows what was asked and answered, and fails if a test of an operation tells nothing: if it never went well."""

import collections
import json
import sys

counts = json.load(open(sys.argv[1]))
table = collections.defaultdict(collections.Counter)
for key, count in counts.items():
    method, path, status = key.split(" ")
    table[f"{method} {path}"][int(status)] += count

width = max(map(len, table))
failures = 0
refused = sum(sum(t.values()) for t in table.values() if set(t) <= {204, 405})
table = {name: statuses for name, statuses in table.items() if not set(statuses) <= {204, 405}}
for operation in sorted(table, key=lambda name: (name.split()[1], name)):
    statuses = table[operation]
    shown = "  ".join(f"{status}: {count}" for status, count in sorted(statuses.items()))
    print(f"{operation:{width}}  {sum(statuses.values()):6}  {shown}")
    if any(status >= 500 for status in statuses):
        failures += 1
        print(f"{operation}: a fault of the daemon")
    elif not any(status < 400 for status in statuses):
        failures += 1
        print(f"{operation}: never went well, so its answers were not tested")
print(f"{sum(counts.values())} requests, {len(table)} operations; {refused} by methods that are none, or OPTIONS")
sys.exit(1 if failures else 0)
