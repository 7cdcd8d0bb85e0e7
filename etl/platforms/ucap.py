"""UCAP (开普): `/c103661/202305/{32 hex}.shtml`; the body is wrapped in an element of its own."""

from etl.platforms.base import Layout, Platform


class Ucap(Platform):
    name = "ucap"
    layout = Layout(body=("ucapcontent", "#UCAP-CONTENT", "#zoomcon", "#zoom.con_cen"))
