"""The portal map: what flows know of the portal's pages, as data, a page a file (read by `robot.portalmap`).

An operator's own file (`[portal] map` in robot.toml) says what differs; it is written by `vss-robot calibrate`, or by hand.
Not here but in robot.toml, since rooms below the flows need them: addresses (`[portal.paths]`), the patterns of what the portal
says when it refuses (`[portal.texts]`), and those of its mails (`[mail.patterns]`, `[mail.verdict]`).
"""
