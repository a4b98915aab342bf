"""The probes, one small function a link: each looks, none signs, logs in to a token, or opens a window of the vendor's."""
