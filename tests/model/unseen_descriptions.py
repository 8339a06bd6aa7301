"""Descriptions that were written after the rules and measured on them.

At the first run 59 of 62 were whole and two were flagged as wrong in silence: one was a slip of the
rules, mended since ("compare with and without treatment"), the other a slip of the expectation. So
this set is no longer unseen for those two. The share that is whole must stay above 90 %, and none
may be wrong in silence.
"""

# ruff: noqa: E501
# fmt: off
from __future__ import annotations

from tests.model.described import Case

UNSEEN: tuple[Case, ...] = (
    Case("pain", "My outcome is pain score, my predictors are month and treatment, and patients are my grouping variable.", "pain_score ~ month + treatment + (1 | patient_id)"),
    Case("pain", "Pain score: effect of treatment and month, random intercept for patients. Please give me the CI and p values.", "pain_score ~ treatment + month + (1 | patient_id)", {}, ("confidence_intervals", "p_values")),
    Case("pain", "Run an LMM of pain score on treatment, month and their interaction, with a random intercept per patient and Kenward-Roger.", "pain_score ~ treatment * month + (1 | patient_id)", {"df_method": "kenward-roger"}),
    Case("pain", "How does pain develop over time in treated vs control patients? Random intercept and slope per patient. Spaghetti plot with population mean.", "pain_score ~ month + treatment + (1 + month | patient_id)", {}, ("trajectories", "population_mean")),
    Case("pain", "pain score = treatment + month; random intercept = patient; ML = yes", "pain_score ~ treatment + month + (1 | patient_id)", {"reml": False}),
    Case("pain", "Pain, treatment and month: is there an interaction of treatment and month on pain? random intercept for patients", "pain_score ~ treatment * month + (1 | patient_id)"),
    Case("pain", "Random effects for patient: intercept only. Fixed effects: month. Outcome: pain score.", "pain_score ~ month + (1 | patient_id)"),
    Case("pain", "month as fixed effect, pain score as dependent variable, patient as random effect; information criteria and residual plots", "pain_score ~ month + (1 | patient_id)", {}, ("information_criteria", "residual_plots")),
    Case("pain", "Compare the null model with the model of pain by treatment and month (random intercept per patient) using AIC", "pain_score ~ treatment + month + (1 | patient_id)", {}, ("compare_models", "information_criteria"), (), ("pain_score ~ 1 + (1 | patient_id)", "pain_score ~ treatment + month + (1 | patient_id)")),
    Case("pain", "pain by month and treatment with correlated random intercepts and slopes of month per patient", "pain_score ~ month + treatment + (1 + month | patient_id)"),
    Case("pain", "predict pain from month, with patients as random effect, and display predictions and the confidence band", "pain_score ~ month + (1 | patient_id)", {}, ("predictions", "confidence_band")),
    Case("pain", "pain by treatment, each patient random, 99% CI, qq plots", "pain_score ~ treatment + (1 | patient_id)", {"ci_level": 0.99}, ("confidence_intervals", "qq_residuals")),
    Case("sleepstudy", "reaction predicted by days; random intercept: subject; random slope: days", "Reaction ~ Days + (1 + Days | Subject)"),
    Case("sleepstudy", "outcome: reaction. predictor: days. random intercepts and slopes: subject. no correlation.", "Reaction ~ Days + (1 + Days || Subject)"),
    Case("sleepstudy", "Model the reaction over days. Subjects have random slopes.", "Reaction ~ Days + (1 + Days | Subject)"),
    Case("sleepstudy", "reaction by days with subject-level random intercept and slope, restricted maximum likelihood, Satterthwaite, show variance components and ICC", "Reaction ~ Days + (1 + Days | Subject)", {}, ("variance_components", "icc")),
    Case("sleepstudy", "What is the effect of days on reaction? Subjects are random with intercept and slope.", "Reaction ~ Days + (1 + Days | Subject)"),
    Case("sleepstudy", "Reaction ~ Days; random slope of Days for Subject; compare with random intercept only by a likelihood ratio test", "Reaction ~ Days + (1 + Days | Subject)", {}, ("compare_models", "likelihood_ratio_test"), (), ("Reaction ~ Days + (1 + Days | Subject)", "Reaction ~ Days + (1 | Subject)")),
    Case("sleepstudy", "log-transformed reaction by days, random intercept for each subject, residual diagnostics", "log(Reaction) ~ Days + (1 | Subject)", {}, ("residual_plots",), ("log(Reaction)",)),
    Case("sleepstudy", "reaction by days, per subject, plus individual lines, BLUPs and mean line with band", "Reaction ~ Days + (1 | Subject)", {}, ("trajectories", "blup_lines", "population_mean", "confidence_band")),
    Case("orthodont", "distance: age, sex, age x sex; random intercept per subject", "distance ~ age * Sex + (1 | Subject)"),
    Case("orthodont", "Is the change of distance with age different for boys and girls? random intercept per child", "distance ~ age * Sex + (1 | Subject)"),
    Case("orthodont", "Outcome is distance, fixed effects are centred age and sex, random intercept and slope of age for subject", "distance ~ center(age) + Sex + (1 + center(age) | Subject)", {}, (), ("center(age)",)),
    Case("orthodont", "distance on age and sex with male as the reference level; random intercept by subject", "distance ~ age + Sex + (1 | Subject)", {"reference": (("Sex", "Male"),)}),
    Case("orthodont", "girls vs boys in distance over age; subject random; fixed-effects table; caterpillar", "distance ~ Sex + age + (1 | Subject)", {"reference": (("Sex", "Male"),)}, ("fixed_effects", "caterpillar")),
    Case("mathachieve", "Outcome: math achievement. Predictors: SES, sex, SES x sex. Students nested in schools.", "MathAch ~ SES * Sex + (1 | School)"),
    Case("mathachieve", "math achievement, explained by SES and minority, random intercept per school, variance components", "MathAch ~ SES + Minority + (1 | School)", {}, ("variance_components",)),
    Case("mathachieve", "Clustered cross-sectional data: pupils in schools. MathAch on SES and Sex. ICC.", "MathAch ~ SES + Sex + (1 | School)", {}, ("icc",)),
    Case("mathachieve", "slopes of SES differ between schools; outcome MathAch; fixed SES and Sex", "MathAch ~ SES + Sex + (1 + SES | School)"),
    Case("mathachieve", "How large is the ICC of math achievement in schools?", "MathAch ~ 1 + (1 | School)", {}, ("icc",)),
    Case("mathachieve", "MathAch by SES, Sex and Minority; with a random intercept for school; maximum likelihood; 90% confidence intervals; AIC", "MathAch ~ SES + Sex + Minority + (1 | School)", {"reml": False, "ci_level": 0.9}, ("confidence_intervals", "information_criteria")),
    Case("mathachieve", "effect of SES on math achievement moderated by sex, random intercept school", "MathAch ~ SES * Sex + (1 | School)"),
    Case("gapminder", "Outcome: growth. Predictor: years. Random intercept and slope of years for each country. Trajectories.", "growth ~ years + (1 + years | country)", {}, ("trajectories",)),
    Case("gapminder", "growth in countries by region, controlling for years", "growth ~ region + years + (1 | country)"),
    Case("gapminder", "Which regions grow faster? growth by region, random intercept per country", "growth ~ region + (1 | country)", leaves=("faster",)),
    Case("exam", "Test score explained by gender; class in school as random effects", "test_score ~ gender + (1 | school/class_id)"),
    Case("exam", "effects of gender and hours studied on test score, random intercept school, no interaction", "test_score ~ gender + hours_studied + (1 | school)"),
    Case("exam", "test score by hours studied; random slope of hours studied for each school; show the caterpillar plot and BLUPs", "test_score ~ hours_studied + (1 + hours_studied | school)", {}, ("caterpillar", "blup_lines")),
    Case("exam", "Outcome: test scores; predictor: teaching methods; random intercept: schools; CI 99 %", "test_score ~ teaching_method + (1 | school)", {"ci_level": 0.99}, ("confidence_intervals",)),
    Case("exam", "log of test score by gender with school as random intercept", "log(test_score) ~ gender + (1 | school)", {}, (), ("log(test_score)",)),
    Case("clinic", "Blood pressure explained by dose; patients and clinics as random effects, patients nested in clinics", "BloodPressure ~ Dose + (1 | Clinic/PatientID)"),
    Case("clinic", "Outcome: blood pressure; treatment: arm; time: visit; arm by visit interaction; random intercept: patient", "BloodPressure ~ Arm * Visit + (1 | PatientID)"),
    Case("clinic", "blood pressure over visits by arm with random intercept and slope for each patient, uncorrelated, ML", "BloodPressure ~ Visit + Arm + (1 + Visit || PatientID)", {"reml": False}),
    Case("clinic", "dose, age, arm as predictors of blood pressure. random intercept for patient. Compare models with and without age.", "BloodPressure ~ Dose + Age + Arm + (1 | PatientID)", {}, ("compare_models",), (), ("BloodPressure ~ Dose + Age + Arm + (1 | PatientID)", "BloodPressure ~ Dose + Arm + (1 | PatientID)")),
    Case("wide", "wide to long; outcome pain; predictors week and arm; random intercept and slope of week for each id; individual trajectories", "pain ~ week + arm + (1 + week | id)", {}, ("trajectories",), ("reshape_long",)),
    Case("wide", "Please reshape my data into long format and fit pain over week with a random intercept per id", "pain ~ week + (1 | id)", {}, (), ("reshape_long",)),
    Case("gdp", "annual growth rate of GDP per capita by year and region, random intercept for countries", "gdp_per_capita_growth ~ Year + Region + (1 | Country)", {}, (), ("growth(gdp_per_capita)",)),
    Case("gdp", "log-transform population; outcome GDP per capita; predictor population; random intercept country", "gdp_per_capita ~ log(population) + (1 | Country)", {}, (), ("log(population)",)),
    Case("words", "fixed effect: condition; random effects: subjects and items; outcome: RT; REML; Kenward-Roger", "RT ~ condition + (1 | subject) + (1 | item)", {"df_method": "kenward-roger"}),
    Case("words", "reaction times by condition, random intercept and condition slope by subject", "RT ~ condition + (1 + condition | subject)"),
    Case("odd", "Test Score on Woche, Gruppe and their interaction; random intercept for Kind; p-values", "`Test Score` ~ Woche * Gruppe + (1 | Kind)", {}, ("p_values",)),
    Case("two_scores", "math score by age and week, child as random intercept, standardise age", "math_score ~ scale(age) + week + (1 | id)", {}, (), ("scale(age)",)),
    Case("two_scores", "score explained by week; random intercept per child", None, asks=("score",)),
    Case("two_scores", "outcome: reading; predictors: week, group, week by group; random intercept: id; 95 % CI; ICC", "reading_score ~ week * group + (1 | id)", {}, ("confidence_intervals", "icc")),
    Case("pain", "make it ML", "pain_score ~ month + (1 | patient_id)", {"reml": False}, current="pain_score ~ month + (1 | patient_id)"),
    Case("pain", "add treatment as predictor and a random slope of month", "pain_score ~ month + treatment + (1 + month | patient_id)", current="pain_score ~ month + (1 | patient_id)"),
    Case("pain", "compare with and without treatment", "pain_score ~ month + treatment + (1 | patient_id)", {}, ("compare_models",), (), ("pain_score ~ month + treatment + (1 | patient_id)", "pain_score ~ month + (1 | patient_id)"), current="pain_score ~ month + treatment + (1 | patient_id)"),
    Case("pain", "pain by month with a spline, random intercept per patient", "pain_score ~ month + (1 | patient_id)", leaves=("spline",)),
    Case('pain', 'pain by month, random intercept per patient, unstructured covariance, heteroscedastic residuals', 'pain_score ~ month + (1 | patient_id)', leaves=('unstructured', 'heteroscedastic', 'residuals')),
    Case("pain", "binomial model of pain by month, random intercept per patient", "pain_score ~ month + (1 | patient_id)", leaves=("binomial",)),
    Case("pain", "pain by month and weather, random intercept per patient", "pain_score ~ month + (1 | patient_id)", leaves=("weather",)),
    Case("pain", "only treated patients: pain by month, random intercept per patient", "pain_score ~ month + (1 | patient_id)", leaves=("treated",)),
)
