from airflow.providers.common.compat.sdk import AirflowException, AirflowFailException


class ExitCodeOperator(OutputsOperator):
    """A pod that failed is tried again, or not, as the first rule for its code says."""

    def __init__(self, *, exit_codes, outputs=(), **kwargs):
        super().__init__(outputs=outputs, **kwargs)
        self.exit_codes = exit_codes

    def cleanup(self, pod, remote_pod, *args, **kwargs):
        try:
            super().cleanup(pod, remote_pod, *args, **kwargs)
        except AirflowException as error:
            if self.is_final(self.exit_code(remote_pod)):
                raise AirflowFailException(str(error)) from error
            raise

    def exit_code(self, pod):
        for each in pod.status.container_statuses or ():
            ended = each.state and each.state.terminated
            if each.name == self.base_container_name and ended:
                return ended.exit_code
        return 0

    def is_final(self, code):
        for rule in self.exit_codes if code else ():
            if (code in rule["values"]) == (rule["operator"] == "In"):
                return rule["action"] == "FailJob"
        return False
