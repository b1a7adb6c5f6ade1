class TrialSparkOperator(TrialResourceOperator, SparkOperator):
    """A run of a round that is an application of Spark."""

    template_fields = SparkOperator.template_fields
