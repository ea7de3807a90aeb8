from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0005_mobile_sessions"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="campaign_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="referred_at",
            field=models.DateTimeField(null=True),
        ),
    ]
