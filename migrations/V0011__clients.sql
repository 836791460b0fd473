-- Who has asked for a run, so that one client cannot fill the queue.

ALTER TABLE pgradient.runs ADD COLUMN client text;

COMMENT ON COLUMN pgradient.runs.client IS
    'Who put it into the queue over HTTP, to count how many runs one client has waiting: an IPv4 address, the /64 of an IPv6 address, or the user on a unix socket. Behind a proxy it is the proxy. Null when a command did.';
