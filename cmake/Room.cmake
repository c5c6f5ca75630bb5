# aicovid_room(NAME SOURCES file... [USES room...] [LINKS target...])
#
# A room of lib/: an OBJECT library `aicovid_NAME`. It sees the public headers, its own folder, and the `include/`
# folders of the rooms that it USES, so that an include from another room does not compile.
function(aicovid_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;USES;LINKS" ${ARGN})
  add_library(aicovid_${name} OBJECT ${ROOM_SOURCES})
  target_include_directories(aicovid_${name} PUBLIC ${CMAKE_SOURCE_DIR}/include ${CMAKE_CURRENT_SOURCE_DIR}/include)
  target_compile_options(aicovid_${name} PRIVATE ${AICOVID_WARNINGS})
  set(closure ${name})
  foreach(used ${ROOM_USES})
    target_link_libraries(aicovid_${name} PUBLIC aicovid_${used})
    get_target_property(rooms aicovid_${used} AICOVID_ROOMS)
    list(APPEND closure ${rooms})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  set_target_properties(aicovid_${name} PROPERTIES AICOVID_ROOMS "${closure}")
  target_link_libraries(aicovid_${name} PUBLIC aicovid_settings PRIVATE fmt::fmt nlohmann_json::nlohmann_json ${ROOM_LINKS})
endfunction()

# aicovid_link_rooms(TARGET room...) links the objects of the rooms and of all rooms they use, and has the modules built
# that are opened at run time.
function(aicovid_link_rooms target)
  set(closure)
  foreach(name ${ARGN})
    get_target_property(rooms aicovid_${name} AICOVID_ROOMS)
    list(APPEND closure ${rooms})
  endforeach()
  list(REMOVE_DUPLICATES closure)
  foreach(name ${closure})
    target_link_libraries(${target} PRIVATE aicovid_${name})
  endforeach()
  foreach(engine torchscript openvino)
    if("network" IN_LIST closure AND TARGET aicovid_${engine})
      add_dependencies(${target} aicovid_${engine})
    endif()
  endforeach()
  if("report" IN_LIST closure)
    add_dependencies(${target} aicovid_drawing)
  endif()
endfunction()

# Flags that every target shares.
add_library(aicovid_settings INTERFACE)
# Host code is never contracted: the CPU and the CUDA driver must round alike, and so must two machines.
target_compile_options(aicovid_settings INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-ffp-contract=off>)
if(AICOVID_SANITIZE)
  target_compile_options(aicovid_settings INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${AICOVID_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all>)
  target_link_options(aicovid_settings INTERFACE -fsanitize=${AICOVID_SANITIZE})
endif()
set(AICOVID_WARNINGS $<$<COMPILE_LANGUAGE:CXX>:-Wall$<SEMICOLON>-Wextra$<SEMICOLON>-Wpedantic$<SEMICOLON>-Wshadow$<SEMICOLON>-Wconversion$<SEMICOLON>-Wno-sign-conversion$<SEMICOLON>-Wno-missing-field-initializers$<SEMICOLON>-Werror>)
if(AICOVID_SANITIZE)
  # With sanitizers g++ 12 sees uninitialised members in std::regex where there are none (GCC bug 105562): warnings are
  # errors in the other builds.
  list(APPEND AICOVID_WARNINGS -Wno-error)
endif()
