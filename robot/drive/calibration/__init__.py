"""The portal's pages against the portal map: looked at by the robot alone, or walked through by a person who corrects the map."""

from robot.drive.calibration.correcting import Calibrated, calibrate
from robot.drive.calibration.looking import MapLook, Wanted, check_map, see_page

__all__ = ["Calibrated", "MapLook", "Wanted", "calibrate", "check_map", "see_page"]
