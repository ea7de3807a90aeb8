from django.urls import path

import apps.attributes.converters  # noqa: F401 - registers public_id

from . import hiding_views, link_views, list_views, merge_views, presence_views, profile_views

app_name = "people"
urlpatterns = [
    path("apps/<slug:app_id>/people/", list_views.people, name="list"),
    path("apps/<slug:app_id>/people/new/", list_views.new, name="new"),
    path("apps/<slug:app_id>/people/online/", presence_views.online, name="online"),
    path("apps/<slug:app_id>/people/<public_id:public_id>/", profile_views.profile, name="profile"),
    path("apps/<slug:app_id>/people/<public_id:public_id>/details/", profile_views.choose_details, name="details"),
    path("apps/<slug:app_id>/people/<public_id:public_id>/archive/", hiding_views.archive, name="archive"),
    path("apps/<slug:app_id>/people/<public_id:public_id>/block/", hiding_views.block, name="block"),
    path("apps/<slug:app_id>/settings/hidden-people/", hiding_views.hidden, name="hidden"),
    path(
        "apps/<slug:app_id>/settings/hidden-people/<public_id:public_id>/back/",
        hiding_views.bring_back,
        name="bring-back",
    ),
    path("apps/<slug:app_id>/people/<public_id:public_id>/merge/", merge_views.choose, name="merge-choose"),
    path("apps/<slug:app_id>/people/<public_id:public_id>/merge/<public_id:into_id>/", merge_views.merge, name="merge"),
    path("apps/<slug:app_id>/people/merges/<int:pk>/", merge_views.merged, name="merged"),
    path("apps/<slug:app_id>/people/merges/<int:pk>/undo/", merge_views.undo, name="merge-undo"),
    path("apps/<slug:app_id>/users/show", link_views.show, name="show"),
]
