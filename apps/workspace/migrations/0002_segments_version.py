import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("workspace", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="workspace",
            name="segments_version",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
    ]
