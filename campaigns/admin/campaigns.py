from django.contrib import admin
from django.http import HttpRequest

from campaigns.models import Campaign


@admin.register(Campaign)
class CampaignAdmin(admin.ModelAdmin):
    """To look at only: campaigns are written, activated and paused on their own pages, where texts are checked."""

    list_display = ("name", "status", "purpose", "current_version", "activated_at", "last_run_at")
    list_filter = ("status", "purpose")
    search_fields = ("name",)
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Campaign | None = None) -> bool:
        return False
