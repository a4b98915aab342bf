"""The portal map: what is known of the portal's pages, as strict data, and a page looked at by it.

Flows bring the map (`vss_robot.portal_maps`, an entry point group: a package with a TOML file a page); an operator's own file
says what differs.
"""

from robot.portalmap.model import Element, Page, PortalMap, Table
from robot.portalmap.reading import load_map
from robot.portalmap.ways import Way

__all__ = ["Element", "Page", "PortalMap", "Table", "Way", "load_map"]
