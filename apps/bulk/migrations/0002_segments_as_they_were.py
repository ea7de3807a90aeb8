from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bulk", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="bulkchange",
            name="segments",
            field=models.JSONField(default=dict),
        ),
    ]
