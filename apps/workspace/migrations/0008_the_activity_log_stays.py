"""The activity log is added to and never changed: the database refuses it, whoever asks (AUD-02).

A teammate or token that is deleted leaves its entries without it. `auditing.redacting` opens the log.
"""

from django.db import migrations, models

MAKE = """
CREATE FUNCTION the_activity_log_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF current_setting('people.log_is_open', true) = 'on' THEN
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE'
        AND to_jsonb(NEW) - 'teammate_id' - 'token_id' = to_jsonb(OLD) - 'teammate_id' - 'token_id'
        AND (NEW.teammate_id IS NULL OR NEW.teammate_id = OLD.teammate_id)
        AND (NEW.token_id IS NULL OR NEW.token_id = OLD.token_id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'The activity log is added to, never changed (AUD-02).' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
CREATE TRIGGER the_activity_log_stays BEFORE UPDATE OR DELETE ON workspace_auditentry
    FOR EACH ROW EXECUTE FUNCTION the_activity_log_stays();
"""
DROP = """
DROP TRIGGER the_activity_log_stays ON workspace_auditentry;
DROP FUNCTION the_activity_log_stays();
"""


class Migration(migrations.Migration):
    dependencies = [("workspace", "0007_compliance_contact")]

    operations = [
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["workspace", "activity", "-at", "-id"], name="audit_by_activity"),
        ),
        migrations.RunSQL(MAKE, DROP),
    ]
