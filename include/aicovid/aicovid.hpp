#pragma once

/// Everything: include this, or the header of the concept that is needed.
#include <aicovid/assessor.hpp>
#include <aicovid/batch.hpp>
#include <aicovid/clinical_patients.hpp>
#include <aicovid/clinical_record.hpp>
#include <aicovid/clinical_variables.hpp>
#include <aicovid/code_map.hpp>
#include <aicovid/device.hpp>
#include <aicovid/device_image.hpp>
#include <aicovid/dicomdir.hpp>
#include <aicovid/engine_folders.hpp>
#include <aicovid/error.hpp>
#include <aicovid/examination.hpp>
#include <aicovid/findings.hpp>
#include <aicovid/gate.hpp>
#include <aicovid/outcome.hpp>
#include <aicovid/pipeline.hpp>
#include <aicovid/plan.hpp>
#include <aicovid/precision.hpp>
#include <aicovid/provenance.hpp>
#include <aicovid/radiograph.hpp>
#include <aicovid/read.hpp>
#include <aicovid/report.hpp>
#include <aicovid/scores.hpp>
#include <aicovid/tensor.hpp>
#include <aicovid/version.hpp>
