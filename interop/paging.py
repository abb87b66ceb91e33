"""Pages of the API by cursor: page 1,000 costs as much as page 1."""

from rest_framework.pagination import CursorPagination


class NewestFirst(CursorPagination):
    """Rows by primary key, the newest first."""

    ordering = "-pk"
    page_size_query_param = "size"
    max_page_size = 200
