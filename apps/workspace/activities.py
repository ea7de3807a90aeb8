"""What the activity log knows how to say (AUD-01), in the names of the field where it has them."""

from django.db.models import TextChoices


class Activity(TextChoices):
    SIGN_IN = "admin_login_success", "Signed in"
    SIGN_IN_FAILED = "admin_login_failure", "Failed to sign in"
    SIGN_OUT = "admin_logout", "Signed out"
    SIGN_IN_LINK = "admin_sign_in_link", "Made a sign-in link"
    PASSWORD_CHANGE = "admin_password_change", "Changed a password"
    SEAT_CREATION = "admin_invite_creation", "Added a teammate"
    ROLE_CHANGE = "admin_permission_change", "Changed a role"
    SEAT_REMOVAL = "admin_deletion", "Removed a teammate"
    WORKSPACE_CREATION = "app_creation", "Created the workspace"
    SETTINGS_CHANGE = "app_settings_change", "Changed workspace settings"
    TIMEZONE_CHANGE = "app_timezone_change", "Changed the time zone"
    SECURITY_CHANGE = "security_settings_change", "Changed security settings"
    TOKEN_CREATION = "access_token_creation", "Created an access token"
    TOKEN_REVOCATION = "access_token_revocation", "Revoked an access token"
    ATTRIBUTE_CREATION = "custom_attribute_creation", "Created a data attribute"
    ATTRIBUTE_CHANGE = "custom_attribute_change", "Changed a data attribute"
    ATTRIBUTE_TYPE_CHANGE = ("custom_attribute_type_change", "Changed a data attribute's type")
    ATTRIBUTE_PROTECTION = ("custom_attribute_protection_change", "Switched an attribute's Messenger protection")
    ATTRIBUTE_ARCHIVAL = "custom_attribute_archival", "Archived a data attribute"
    ATTRIBUTE_UNARCHIVAL = "custom_attribute_unarchival", "Unarchived a data attribute"
    QUALIFICATION_CHANGE = "qualification_settings_change", "Changed qualification data"
    SEGMENT_CREATION = "segment_creation", "Created a segment"
    SEGMENT_CHANGE = "segment_change", "Changed a segment"
    SEGMENT_DELETION = "segment_deletion", "Deleted a segment"
    TAG_CREATION = "tag_creation", "Created a tag"
    TAG_CHANGE = "tag_change", "Renamed a tag"
    TAG_DELETION = "tag_deletion", "Deleted a tag"
    EVENT_CHANGE = "event_change", "Changed an event's description"
    EVENT_ARCHIVAL = "event_archival", "Archived an event"
    EVENT_UNARCHIVAL = "event_unarchival", "Unarchived an event"
    BULK_TAG = "bulk_tag", "Tagged people or companies in bulk"
    BULK_UNTAG = "bulk_untag", "Untagged people or companies in bulk"
    BULK_ARCHIVAL = "bulk_archival", "Archived people in bulk"
    BULK_EDIT = "bulk_edit", "Set an attribute in bulk"
    BULK_UNDO = "bulk_undo", "Undid a bulk change"
    PERSON_ARCHIVAL = "contact_archival", "Archived a person"
    PERSON_UNARCHIVAL = "contact_unarchival", "Unarchived a person"
    PERSON_BLOCK = "contact_block", "Blocked a person"
    PERSON_UNBLOCK = "contact_unblock", "Unblocked a person"
    PERSON_MERGE = "contact_merge", "Merged a lead into a user"
    DELETION = "app_data_deletion", "Permanently deleted a person"
    RESTORATION = "app_data_restoration", "Restored a deleted person"
    DEMO_REMOVAL = "demo_removal", "Removed the demo data"


def choices() -> list[tuple[str, str]]:
    """For the model: by name, so that a new activity asks for no migration."""
    return Activity.choices
